"""The two faults of the ORM that would leave a process without its database for good."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app import database as db
from app.database import close_database, init_database
from app.engine.place import Place
from app.engine.postgres import THROWAWAY, Postgres
from app.errors import Unavailable
from app.settings import settings
from app.unit_of_work import unit_of_work
from tests.frozen import Freezer

POOL_MAX = 3


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Postgres]:
    """A server of its own: it is frozen and killed."""
    monkeypatch.setenv("AFTERLOAN_DATABASE_POOL_MAX", str(POOL_MAX))
    monkeypatch.setenv("AFTERLOAN_DATABASE_COMMAND_TIMEOUT", "PT1S")
    settings.cache_clear()
    place = Place(tmp_path / "home")
    postgres = Postgres(place, THROWAWAY)
    postgres.start()
    yield postgres
    await close_database()
    postgres.stop()
    place.remove()
    settings.cache_clear()


async def test_a_database_frozen_inside_begin_costs_no_connection(server: Postgres) -> None:
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))
        assert await db.value("SELECT 1") == 1
        freezer.freeze()
        for _ in range(POOL_MAX + 2):
            with pytest.raises((TimeoutError, Unavailable)):
                await asyncio.wait_for(_one(), 0.3)
        freezer.thaw()
        results = await asyncio.gather(*(_one() for _ in range(POOL_MAX * 3)))
        assert results == [1] * POOL_MAX * 3


async def test_a_long_lived_task_survives_a_restart_of_the_server(server: Postgres) -> None:
    await init_database(server.url)
    stop, answers = asyncio.Event(), [0] * 4
    refusals = 0

    async def live_on(number: int) -> None:
        nonlocal refusals
        while not stop.is_set():
            try:
                answers[number] += await _one()
            except Unavailable:
                refusals += 1
            await asyncio.sleep(0.01)

    tasks = [asyncio.create_task(live_on(number)) for number in range(4)]
    await asyncio.sleep(0.2)
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(0.3)
    await asyncio.to_thread(server.start)
    await asyncio.sleep(0.3)
    before = list(answers)
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*tasks)

    assert refusals > 0
    assert all(now > then for now, then in zip(answers, before, strict=True))


async def test_work_that_fails_leaves_nothing(server: Postgres) -> None:
    await init_database(server.url)
    await db.rows("CREATE TABLE note (word text)")

    async def half_done() -> None:
        async with unit_of_work():
            await db.execute("INSERT INTO note VALUES ('half')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_done()
    assert await db.value("SELECT count(*) FROM note") == 0


async def _one() -> int:
    async with unit_of_work():
        found = await db.value("SELECT 1")
    assert isinstance(found, int)
    return found
