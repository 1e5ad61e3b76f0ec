"""Turns what goes wrong before a page is reached, and what goes wrong by a fault of ours, into an
answer.

It stands inside the headers and the log, so that such an answer has them like any other."""

from collections.abc import Awaitable, Callable

import asyncpg
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise.exceptions import OperationalError

from app.errors import AfterloanError, TookTooLong, Unavailable
from app.i18n import N_
from app.log import get_logger
from app.unit_of_work import AWAY

TellRefusal = Callable[[Request, AfterloanError], Awaitable[Response]]
TellFault = Callable[[Request, Exception], Awaitable[Response]]

# The server's own limits: it gave up, and undid what it was doing.
TOO_LONG = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)
# Not every error of the operating system: a file that is missing is a fault of ours.
LOST = (TimeoutError, ConnectionError, *(kind for kind in AWAY if kind is not OSError))

_log = get_logger("web")


class Fault(AfterloanError):
    """Stands for an exception of which the caller learns nothing."""

    code = "INTERNAL_ERROR"
    text = N_("Something went wrong on our side.")


class Refusals:
    """`told` and `broken` draw pages; a program that sent or wants JSON is answered in JSON."""

    def __init__(self, app: ASGIApp, *, told: TellRefusal, broken: TellFault) -> None:
        self.app, self.told, self.broken = app, told, broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Nothing here speaks it, and it would pass by all that follows.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def send_noticed(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noticed)
        except Exception as raised:
            error = named(raised)
            if not isinstance(error, AfterloanError):
                _log.exception("fault", kind=type(error).__name__)
            if began:
                raise
            response = await self._answer(Request(scope), error)
            await response(scope, receive, send)

    async def _answer(self, request: Request, error: Exception) -> Response:
        if speaks_json(request.headers, request.url.path):
            refusal = error if isinstance(error, AfterloanError) else Fault()
            return as_json(refusal)
        if isinstance(error, AfterloanError):
            return await self.told(request, error)
        return await self.broken(request, error)


def named(error: Exception) -> Exception:
    """What the driver says when a statement was not sent by way of `app.database`."""
    cause = error.__cause__ if isinstance(error, OperationalError) else error
    if isinstance(cause, TOO_LONG):
        return TookTooLong()
    return Unavailable() if isinstance(cause, LOST) else error


def speaks_json(headers: Headers, path: str) -> bool:
    sent, wanted = headers.get("content-type", ""), headers.get("accept", "")
    return (
        path == "/graphql"
        or sent.startswith("application/json")
        or ("json" in wanted and "text/html" not in wanted)
    )


def as_json(error: AfterloanError) -> Response:
    """In the form in which GraphQL tells errors, so that a client has one form to read."""
    told = {"message": str(error), "extensions": {"code": error.code}}
    return JSONResponse({"errors": [told]}, error.status_code)
