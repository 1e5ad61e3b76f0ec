"""Every wait for a connection has an end, and after it the pool has all its places again."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from app import database as db
from app import pool
from app.database import init_database
from app.engine.postgres import Postgres
from app.errors import Unavailable
from app.unit_of_work import unit_of_work
from tests.app.own_server import POOL_MAX, one, places
from tests.frozen import Freezer


async def test_who_finds_no_free_connection_is_told_so(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "FREE_WITHIN_SECONDS", 0.1)
    await init_database(server.url)
    async with AsyncExitStack() as held:
        for _ in range(POOL_MAX):
            await held.enter_async_context(db.connection().acquire_connection())
        assert places() == 0
        with pytest.raises(Unavailable):
            await db.value("SELECT 1")
        with pytest.raises(Unavailable):
            await one()
    assert places() == POOL_MAX
    assert await asyncio.gather(*(one() for _ in range(POOL_MAX * 3))) == [1] * POOL_MAX * 3


async def test_statements_of_a_frozen_server_give_their_places_back(server: Postgres) -> None:
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))
        await asyncio.gather(*(one() for _ in range(POOL_MAX)))
        freezer.freeze()
        asked = [db.value("SELECT 1") for _ in range(POOL_MAX)]
        refused = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in refused] == [Unavailable] * POOL_MAX
        assert places() == POOL_MAX
        freezer.thaw()
        assert await asyncio.gather(*(one() for _ in range(POOL_MAX * 3))) == [1] * POOL_MAX * 3


async def test_who_gives_up_on_a_frozen_server_gives_his_place_back(server: Postgres) -> None:
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))
        assert await db.value("SELECT 1") == 1
        freezer.freeze()
        for ask in (lambda: db.value("SELECT 1"), one):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ask()
            assert places() == POOL_MAX
        freezer.thaw()
        assert await one() == 1


async def test_what_was_answered_stands_though_the_connection_cannot_be_made_clean(
    server: Postgres,
) -> None:
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))
        async with db.connection().acquire_connection() as raw:
            found = await raw.fetchval("SELECT 1")
            freezer.freeze()
        assert found == 1
        assert raw._con is None
        assert places() == POOL_MAX


async def test_a_refusal_is_no_slower_to_tell_when_its_server_froze(server: Postgres) -> None:
    """The work's own error stands; its rollback is left to the closing of the connection."""
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))

        async def refused() -> None:
            async with unit_of_work():
                await db.value("SELECT 1")
                freezer.freeze()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await refused()
        assert places() == POOL_MAX


async def test_nobody_connects_before_he_is_asked_to(server: Postgres) -> None:
    """A first caller that made connections in advance would keep all others waiting for them."""
    async with Freezer(server.socket) as freezer:
        await init_database(freezer.url_of(server.url))
        freezer.freeze()
        assert db.connection()._pool is None
        async with asyncio.timeout(5):
            await db.connection().create_connection(with_db=True)
        assert places() == POOL_MAX
