"""For whoever watches the process: is it alive, and may it be given work."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import database
from app.errors import Unavailable
from app.unit_of_work import AWAY
from views.page import public_page

READY_SECONDS = 2.0


async def alive(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> Response:
    """503 while the database is away; Redis may be, for nothing that matters lives there."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await database.value("SELECT 1")
    except (Unavailable, *AWAY):
        return JSONResponse({"status": "waiting for the database"}, 503)
    return JSONResponse({"status": "ready"})


routes: list[Route] = [public_page("/health", alive), public_page("/ready", ready)]
