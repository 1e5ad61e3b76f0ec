"""A page says who may open it; one that does not say is not built."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from app.errors import Unauthenticated
from app.permission import Permission
from app.web.stated import StatedRoute
from views.reader import preferences
from views.zone import ask_zone

Handler = Callable[[Request], Awaitable[Response]]


class Page(StatedRoute):
    """A route that knows its permission, for the navigation and for `afterloan routes`."""

    permission: Permission | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    path: str
    methods: tuple[str, ...]
    access: str
    name: str


def page(
    path: str,
    handler: Handler,
    *,
    permission: Permission | None,
    methods: Sequence[str] = ("GET",),
    name: str | None = None,
) -> Page:
    """For people who signed in and hold the permission; `None` is for all who signed in."""

    async def guarded(request: Request) -> Response:
        preferences(request).speak()
        actor = getattr(request.state, "actor", None)
        if actor is None:
            raise Unauthenticated()
        if permission is not None:
            actor.require(permission)
        await ask_zone()
        return await handler(request)

    route = Page(path, guarded, methods=list(methods), name=name or _name(handler))
    route.permission = permission
    route.access = permission.value if permission else "signed-in"
    return route


def public_page(
    path: str, handler: Handler, *, methods: Sequence[str] = ("GET",), name: str | None = None
) -> Page:
    """For everybody, before signing in."""

    async def open_to_all(request: Request) -> Response:
        preferences(request).speak()
        return await handler(request)

    route = Page(path, open_to_all, methods=list(methods), name=name or _name(handler))
    route.public, route.access = True, "public"
    return route


def listed(routes: Sequence[BaseRoute]) -> Iterator[Listed]:
    """Every address of the routes and of those mounted below them."""
    for path, route in addressed(routes):
        stated = route if isinstance(route, StatedRoute) else None
        methods = set(route.methods or (stated.answered if stated else ())) - {"HEAD"}
        access = stated.access if stated else ""
        yield Listed(path, tuple(sorted(methods)), access, route.name)


def addressed(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, Route]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from addressed(route.routes or [], prefix + route.path)
        elif isinstance(route, Route):
            yield prefix + route.path, route


def _name(handler: Handler) -> str:
    capability = handler.__module__.removeprefix("views.")
    return f"{capability}.{getattr(handler, '__name__', 'page')}"
