"""The whole application, composed once: the only place that knows everybody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from app import log
from app.database import close_database, init_database
from app.errors import AfterloanError
from app.settings import settings
from app.web.stack import middleware
from views import (
    asset,
    design,
    error,
    health,
    home,
    identity,
    preference,
    report,
    setting,
)

PAGES = (
    asset,
    design,
    health,
    home,
    identity,
    preference,
    report,
    setting,
)


@asynccontextmanager
async def lifespan(_application: Starlette) -> AsyncIterator[None]:
    log.configure(settings().log_level, human=settings().is_development)
    await init_database(application="afterloan-serve")
    try:
        yield
    finally:
        await close_database()


def routes() -> list[BaseRoute]:
    pages = [route for module in PAGES for route in module.routes]
    return [*pages, *identity.provider_routes()]


app = Starlette(
    routes=routes(),
    middleware=middleware(settings(), told=error.told, broken=error.broken),
    exception_handlers={
        AfterloanError: error.told,
        HTTPException: error.told_by_status,
    },
    lifespan=lifespan,
)
