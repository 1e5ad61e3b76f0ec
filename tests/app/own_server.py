"""A PostgreSQL for the tests of one file: it is frozen and killed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app import database as db
from app.database import close_database
from app.engine.place import Place
from app.engine.postgres import THROWAWAY, Postgres
from app.settings import settings
from app.unit_of_work import unit_of_work

POOL_MAX = 3


@contextmanager
def own_server(folder: Path) -> Iterator[Postgres]:
    place = Place(folder / "home")
    postgres = Postgres(place, THROWAWAY)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()
        place.remove()


@asynccontextmanager
async def small_pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """For the databases that are opened inside; its statements wait a second."""
    monkeypatch.setenv("AFTERLOAN_DATABASE_POOL_MAX", str(POOL_MAX))
    monkeypatch.setenv("AFTERLOAN_DATABASE_COMMAND_TIMEOUT", "PT1S")
    settings.cache_clear()
    try:
        yield
    finally:
        await close_database()
        settings.cache_clear()


async def one() -> int:
    async with unit_of_work():
        found = await db.value("SELECT 1")
    assert isinstance(found, int)
    return found


def places() -> int:
    """How many of the pool nobody holds."""
    pool: Any = db.connection()
    return int(pool._pool._queue.qsize())
