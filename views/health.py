"""For whoever watches the process: is it alive, and may it be given work."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import database
from views.page import public_page

READY_SECONDS = 2.0
_asked: "set[asyncio.Task[Any]]" = set()


async def alive(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> Response:
    """503 while the database is away; Redis may be, for nothing that matters lives there."""
    if await _database_answers():
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": "waiting for the database"}, 503)


async def _database_answers() -> bool:
    """Not under a time-out: a question that is cancelled still waits until the server has agreed,
    and a frozen one never does."""
    asked = asyncio.create_task(database.value("SELECT 1"))
    _asked.add(asked)
    asked.add_done_callback(_let_go)
    await asyncio.wait({asked}, timeout=READY_SECONDS)
    if not asked.done():
        asked.cancel()
        return False
    return asked.exception() is None


def _let_go(asked: "asyncio.Task[Any]") -> None:
    _asked.discard(asked)
    # Looked at, so that nobody warns of an error that no one waited for.
    if not asked.cancelled():
        asked.exception()


routes: list[Route] = [public_page("/health", alive), public_page("/ready", ready)]
