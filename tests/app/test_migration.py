import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from app.migration import migrate, pending
from tests.run import named, worker_name


@pytest.fixture
async def empty(servers: None) -> AsyncIterator[str]:
    """A database of its own without any table."""
    ours, name = os.environ["DATABASE_URL"], f"empty_{worker_name()}"
    server = await asyncpg.connect(ours)
    try:
        await server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield named(ours, name)
        await _drop(server, name)
    finally:
        await server.close()


async def _drop(server: asyncpg.Connection, name: str) -> None:
    """The server's own housekeeping may look in just then, and only the server may send it away."""
    async with asyncio.timeout(30):
        while True:
            try:
                await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            except asyncpg.InsufficientPrivilegeError:
                await asyncio.sleep(0.1)
            else:
                return


async def tables(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        counted: int = await connection.fetchval(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        )
        return counted
    finally:
        await connection.close()


async def test_brings_an_empty_database_up_to_date(empty: str) -> None:
    wanted = await pending(empty)
    assert wanted[0] == "0001_initial"
    assert await migrate(empty) == wanted
    assert await pending(empty) == []
    assert await migrate(empty) == []


async def test_many_at_once_take_turns(empty: str) -> None:
    """Tortoise's own command has no lock: of six, four failed."""
    wanted = await pending(empty)
    script = "import asyncio, sys; from app.migration import migrate\n"
    script += "print(len(asyncio.run(migrate(sys.argv[1]))))"
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, empty), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [int((await process.communicate())[0]) for process in started]
    assert sorted(said) == [0, 0, len(wanted)]


async def test_what_fails_leaves_nothing_half_done(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change and the row that says it was made are one transaction."""
    from tortoise.migrations.recorder import MigrationRecorder

    async def no_room(*_arguments: Any) -> None:
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(MigrationRecorder, "record_applied", no_room)
        with pytest.raises(OSError, match="no room"):
            await migrate(empty)
    assert await tables(empty) == 1, "only the list of migrations"
    wanted = await pending(empty)
    assert await migrate(empty) == wanted
