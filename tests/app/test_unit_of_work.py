"""The two faults of the ORM that would leave a process without its database for good."""

import asyncio

import pytest

from app import database as db
from app.database import close_database, init_database
from app.engine.postgres import Postgres
from app.errors import Unavailable, Uncertain
from app.unit_of_work import unit_of_work
from tests.app.own_server import POOL_MAX, one
from tests.frozen import Freezer


async def test_a_database_frozen_inside_begin_costs_no_connection(server: Postgres) -> None:
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))
        assert await db.value("SELECT 1") == 1
        freezer.freeze()
        for _ in range(POOL_MAX + 2):
            with pytest.raises((TimeoutError, Unavailable)):
                await asyncio.wait_for(one(), 0.3)
        freezer.thaw()
        results = await asyncio.gather(*(one() for _ in range(POOL_MAX * 3)))
        assert results == [1] * POOL_MAX * 3


async def test_a_long_lived_task_survives_a_restart_of_the_server(server: Postgres) -> None:
    await init_database(server.url)
    stop, answers = asyncio.Event(), [0] * 4
    refusals = 0

    async def live_on(number: int) -> None:
        nonlocal refusals
        while not stop.is_set():
            try:
                answers[number] += await one()
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
    await db.rows("DROP TABLE IF EXISTS note")
    await db.rows("CREATE TABLE note (word text)")

    async def half_done() -> None:
        async with unit_of_work():
            await db.execute("INSERT INTO note VALUES ('half')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_done()
    assert await db.value("SELECT count(*) FROM note") == 0


async def test_a_commit_that_nobody_answered_is_told_as_uncertain(server: Postgres) -> None:
    """Here the server did it, late: who was told "nothing was changed" would do it twice."""
    await init_database(server.url)
    await db.rows("DROP TABLE IF EXISTS note")
    await db.rows("CREATE TABLE note (word text)")
    await close_database()
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))

        async def lost() -> None:
            async with unit_of_work():
                await db.execute("INSERT INTO note VALUES ('late')")
                freezer.freeze()

        with pytest.raises(Uncertain):
            await lost()
        freezer.thaw()
        async with asyncio.timeout(5):
            while await db.value("SELECT count(*)::int FROM note") == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_what_was_lost_before_the_commit_is_not_uncertain(server: Postgres) -> None:
    """A unit within another one keeps nothing by itself."""
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))

        async def lost() -> None:
            async with unit_of_work(), unit_of_work():
                freezer.freeze()

        with pytest.raises(Unavailable) as told:
            await lost()
        assert type(told.value) is Unavailable
