"""A route that says who may call it. Pages say it by their permission; the rest say it here."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.routing import Route


class StatedRoute(Route):
    """`access` is one of few words: `public`, `signed-in`, a permission, or what else is asked
    for."""

    access: str = ""
    # Where the endpoint itself says no to other methods, in its own words.
    answered: Sequence[str] = ()


def stated(
    path: str,
    endpoint: Callable[..., Any],
    *,
    access: str,
    name: str | None = None,
    methods: Sequence[str] | None = None,
    answered: Sequence[str] = (),
) -> StatedRoute:
    route = StatedRoute(path, endpoint, name=name, methods=methods and list(methods))
    route.access, route.answered = access, answered
    return route
