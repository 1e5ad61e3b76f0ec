"""One transaction that gives its connection back whatever happens.

Tortoise 1.1.9 loses a pooled connection when BEGIN fails or is cancelled, and leaves its context
pointing at the dead transaction when BEGIN or the release fails. After five time-outs, or one
restart of the server, a process that only used `in_transaction()` could never reach the database
again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError
from tortoise.transactions import in_transaction

from app.errors import NoRoom, Unavailable, Uncertain
from app.pool import CLEAN_WITHIN_SECONDS

_NAME = "default"
# What the driver raises when the server is away, frozen or restarting.
AWAY = (
    # Also time-outs, and a socket that is gone.
    OSError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    # A connection that was cut in the middle of a statement, used once more.
    asyncpg.InternalClientError,
    asyncpg.TooManyConnectionsError,
)


@asynccontextmanager
async def unit_of_work() -> AsyncIterator[BaseDBAsyncClient]:
    """Commits at the end, rolls back on any exception. `Unavailable` when the server cannot be
    reached."""
    handler = get_connections()
    before = handler.get(_NAME)
    context: Any = in_transaction(_NAME)
    try:
        try:
            connection = await context.__aenter__()
        except BaseException:
            await _give_back(context)
            raise
        try:
            yield connection
        except BaseException as error:
            await _leave(context, error)
            raise
        await _commit(context, inside=before)
    except AWAY as error:
        raise Unavailable from error
    except asyncpg.DiskFullError as error:
        raise NoRoom from error
    finally:
        if handler.get(_NAME) is not before:
            handler.set(_NAME, before)


async def _commit(context: Any, *, inside: BaseDBAsyncClient) -> None:
    try:
        await context.__aexit__(None, None, None)
    except AWAY as error:
        # Of a unit within another one nothing is kept before the other commits.
        raise Unavailable if isinstance(inside, TransactionalDBClient) else Uncertain from error


async def _leave(context: Any, error: BaseException) -> None:
    """Rolls back; the error that ended the work matters more than one that the rollback meets.

    A server that does not answer in time is left alone: closing the connection rolls back too."""
    with contextlib.suppress(*AWAY, asyncpg.PostgresError):
        async with asyncio.timeout(CLEAN_WITHIN_SECONDS):
            await context.__aexit__(type(error), error, error.__traceback__)


async def _give_back(context: Any) -> None:
    client = getattr(context, "client", None)
    pool = getattr(getattr(client, "_parent", None), "_pool", None)
    raw = getattr(client, "_connection", None)
    if raw is None or pool is None:
        return
    # Nobody knows what state it is in: it must not be used again. Its end frees its place.
    with contextlib.suppress(asyncpg.InterfaceError):
        raw.terminate()
    await pool.release(raw)
