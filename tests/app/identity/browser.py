"""A browser with cookies, in front of the pages of signing in and all that stands around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from app.settings import settings
from app.web.stack import middleware
from views import error, identity, preference
from views.page import page, public_page

ADDRESS = "http://127.0.0.1:8000"


async def who(request: Request) -> Response:
    actor = request.state.actor
    return JSONResponse({"id": actor.id, "roles": sorted(actor.roles), "team": actor.team_id})


async def sent(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


async def start(request: Request) -> Response:
    return JSONResponse({})


def application(*more: BaseRoute) -> Starlette:
    return Starlette(
        routes=[
            *identity.routes,
            *preference.routes,
            *identity.provider_routes(),
            page("/who", who, permission=None),
            public_page("/", start),
            public_page("/sent", sent, methods=("POST",)),
            public_page("/operation/import/files", sent, methods=("POST",)),
            *more,
        ],
        middleware=middleware(settings(), told=error.told, broken=error.broken),
        exception_handlers=error.handlers,
    )


@asynccontextmanager
async def browser(app: Starlette, address: str = ADDRESS) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, client=("127.0.0.1", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url=address) as client:
        yield client
