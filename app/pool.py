"""The pool of connections to the database, with a bound on every wait.

The driver waits without end for a free connection, and on giving one back, for a server that has
stopped answering. Here who waits too long is told, and a connection that cannot be made clean in
time is thrown away: its place is free at once, and the next one who takes it makes a new one."""

import asyncio
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from app.log import get_logger

# Together with the limit of a statement these are how long a reader waits at most.
FREE_WITHIN_SECONDS = 4.0
CLEAN_WITHIN_SECONDS = 0.5

log = get_logger(__name__)


# The driver's classes have no types for us to check.
class Pool(asyncpg.Pool):  # type: ignore[misc]
    async def _acquire(self, timeout: float | None) -> "PoolConnectionProxy[Any]":  # noqa: ASYNC109 - the driver's
        # Not the driver's own limit: Python 3.11's `wait_for` loses a cancellation that comes
        # together with the connection.
        async with asyncio.timeout(timeout or FREE_WITHIN_SECONDS):
            return await super()._acquire(None)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's
        """What was done on the connection stands, whatever becomes of it."""
        try:
            await super().release(connection, timeout=timeout or CLEAN_WITHIN_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # The driver has closed it.
            log.warning("database.connection_dropped", error=type(error).__name__)


class Client(AsyncpgDBClient):
    async def create_pool(self, **arguments: Any) -> Pool:
        defaults = {
            "max_queries": 50_000,
            "max_inactive_connection_lifetime": 300.0,
            "setup": None,
            "init": None,
            "record_class": asyncpg.Record,
        }
        made: Pool = await Pool(**(defaults | arguments))
        return made


# By this name Tortoise finds it.
client_class = Client
