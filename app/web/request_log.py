"""One line for each request, and the id by which the reader, the log and the audit speak of it.

No address, no query, no path as it was typed: somebody may have typed a name into it."""

import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.log import get_logger, set_request_id

HEADER = b"x-request-id"
# What a proxy in front may have given it already.
_GIVEN = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_QUIET = ("/static/", "/health", "/ready")

_log = get_logger("web")


class RequestLog:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        id = _request_id(scope)
        set_request_id(id)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            tell = _log.debug if scope["path"].startswith(_QUIET) else _log.info
            tell(
                "request",
                method=scope["method"],
                route=route_of(scope),
                status=status or "none",
                ms=round((time.perf_counter() - began) * 1000, 1),
                actor=_actor_of(scope),
            )


def route_of(scope: Scope) -> str:
    """The address as it is declared, `/loan/{customer}/{id}`, not as it was asked for."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    return f"{scope.get('root_path', '')}{path}" if path is not None else "unmatched"


def _request_id(scope: Scope) -> str:
    given = next((text for name, text in scope["headers"] if name == HEADER), b"")
    return given.decode() if _GIVEN.fullmatch(given) else secrets.token_hex(8)


def _actor_of(scope: Scope) -> str:
    actor = scope.get("state", {}).get("actor")
    return f"{actor.kind}:{actor.id}" if actor is not None else "nobody"
