"""The whole application, composed once: the only place that knows everybody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from api.routes import api_routes
from app import log, outbox
from app.collection import live
from app.database import close_database, init_database
from app.identity.token import authenticate_bearer
from app.settings import settings
from app.task import end
from app.web.stack import middleware
from views import (
    asset,
    collection,
    customer,
    customer_reveal,
    design,
    error,
    graphiql,
    health,
    home,
    identity,
    loan,
    loan_payment,
    operation_audit,
    operation_day,
    operation_import,
    operation_setting,
    preference,
    report,
    setting,
)

PAGES = (
    asset,
    collection,
    customer,
    customer_reveal,
    design,
    graphiql,
    health,
    home,
    identity,
    loan,
    loan_payment,
    operation_audit,
    operation_day,
    operation_import,
    operation_setting,
    preference,
    report,
    setting,
)


@asynccontextmanager
async def lifespan(_application: Starlette) -> AsyncIterator[None]:
    log.configure(settings().log_level, human=settings().is_development)
    log.watch(asyncio.get_running_loop())
    await init_database(application="afterloan-serve")
    bell = outbox.Bell()
    ringing = asyncio.create_task(bell.run())
    await live.start()
    try:
        with outbox.woken(bell.ring):
            yield
    finally:
        await live.stop()
        await end(ringing)
        await close_database()


def routes() -> list[BaseRoute]:
    pages = [route for module in PAGES for route in module.routes]
    return [*pages, *api_routes(authenticate_bearer), *identity.provider_routes()]


app = Starlette(
    routes=routes(),
    middleware=middleware(settings(), told=error.told, broken=error.broken),
    exception_handlers=error.handlers,
    lifespan=lifespan,
)
