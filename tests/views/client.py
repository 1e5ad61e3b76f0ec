"""Pages without all that stands around them: somebody is signed in because the test says so."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.actor import Actor
from app.identity.session import person
from app.permission import Role
from views import error

ADDRESS = "http://127.0.0.1:8000"


class SignedInAs:
    def __init__(self, app: ASGIApp, *, state: dict[str, Any]) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"] = {**scope.get("state", {}), **self.state}
        await self.app(scope, receive, send)


def someone(*roles: Role, name: str = "林晨") -> Actor:
    return person(id=1, name=name, roles=frozenset(roles))


def application(routes: Sequence[BaseRoute], **state: Any) -> Starlette:
    """`actor=…` is signed in; without it nobody is."""
    return Starlette(
        routes=list(routes),
        middleware=[Middleware(SignedInAs, state=state)],
        exception_handlers=error.handlers,
    )


@asynccontextmanager
async def browsing(
    routes: Sequence[BaseRoute], *, language: str = "en", **state: Any
) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(application(routes, **state), raise_app_exceptions=False)
    headers = {"Accept-Language": language}
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        yield client


PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": f"{ADDRESS}/loan?x=1"}
