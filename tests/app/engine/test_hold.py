import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from redis import Redis as Client
from redis.exceptions import RedisError

from app.engine.errors import DataOfAnotherVersion, EngineFailed, SecretLost
from app.engine.hold import Addresses, hold_engines
from app.engine.place import Place
from app.engine.postgres import Postgres
from app.engine.process import server_pid
from app.engine.redis import Redis
from app.engine.supervisor import ROUND_SECONDS

PATIENCE_SECONDS = 20
OWNER = """
import sys, time
from pathlib import Path
from app.engine.hold import hold_engines
with hold_engines(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(60)
"""


def ask(url: str, *statements: str) -> object:
    async def asked() -> object:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(asked())


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def answers(found: Addresses) -> bool:
    try:
        return ask(found.database_url, "SELECT 1") == 1 and bool(
            Client.from_url(found.redis_url).ping()
        )
    except (OSError, asyncpg.PostgresError, RedisError):
        return False


def servers(home: Path) -> tuple[int | None, int | None]:
    place = Place(home)
    return server_pid(Postgres(place).socket), server_pid(Redis(place).socket)


def test_state_outlives_the_holder_and_the_servers_do_not(home: Path) -> None:
    with hold_engines(home) as found:
        assert ask(found.database_url, "SHOW data_checksums") == "on"
        ask(found.database_url, "CREATE TABLE kept AS SELECT 417 AS n", "SELECT 1")
        Client.from_url(found.redis_url).set("kept", "417")
    assert servers(home) == (None, None)
    with hold_engines(home) as again:
        assert again == found
        assert ask(again.database_url, "SELECT n FROM kept") == 417
        assert Client.from_url(again.redis_url).get("kept") == b"417"


def test_the_application_is_no_superuser(home: Path) -> None:
    with hold_engines(home) as found:
        asked = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        assert ask(found.database_url, asked) is False


def test_the_last_holder_stops_them(home: Path) -> None:
    with hold_engines(home) as first:
        with hold_engines(home) as second:
            assert second == first
            both = servers(home)
        assert servers(home) == both
        assert answers(first)
    assert servers(home) == (None, None)


def test_servers_of_a_killed_owner_are_adopted(home: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline() == b"up\n"
    left = servers(home)
    owner.kill()
    owner.wait()
    with hold_engines(home) as found:
        assert servers(home) == left
        assert answers(found)
    assert servers(home) == (None, None)


def test_what_dies_is_started_again(home: Path) -> None:
    with hold_engines(home) as found:
        ask(found.database_url, "CREATE TABLE kept AS SELECT 417 AS n", "SELECT 1")
        before = servers(home)
        for pid in before:
            assert pid
            os.kill(pid, signal.SIGKILL)
        until(lambda: answers(found))
        after = servers(home)
        assert set(after).isdisjoint(before)
        assert ask(found.database_url, "SELECT n FROM kept") == 417


def test_an_adopted_server_that_dies_is_started_again(home: Path) -> None:
    """Nobody but the first process of the machine can reap it; where that does not, the new server
    finds the number of the old one still in use."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    with owner.stdout:
        owner.stdout.readline()
    owner.kill()
    owner.wait()
    with hold_engines(home) as found:
        for pid in servers(home):
            assert pid
            os.kill(pid, signal.SIGKILL)
        until(lambda: answers(found))


def test_what_the_operator_names_is_not_started(home: Path) -> None:
    named = {"database_url": "postgres://db.example/x", "redis_url": "redis://cache.example"}
    with hold_engines(home, **named) as found:
        assert found == Addresses(**named)
    assert not home.exists()


def test_a_set_up_that_was_killed_begins_anew(home: Path) -> None:
    half = Place(home).give(Place(home).root / "pg.unfinished")
    (half / "PG_VERSION").write_text("18")
    with hold_engines(home) as found:
        assert ask(found.database_url, "SELECT 1") == 1
    assert not half.exists()


def test_a_lost_password_is_told(home: Path) -> None:
    with hold_engines(home):
        pass
    (home / "afterloan.password").unlink()
    with pytest.raises(SecretLost, match="its password is gone"), hold_engines(home):
        pass
    assert servers(home) == (None, None)


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    with hold_engines(home):
        pass
    version = Postgres(Place(home)).data / "PG_VERSION"
    version.write_text("16\n")
    with (
        pytest.raises(DataOfAnotherVersion, match=r"written by PostgreSQL 16; ours is 18"),
        hold_engines(home),
    ):
        pass
    assert version.read_text() == "16\n"


def test_a_server_that_does_not_start_shows_its_log(home: Path) -> None:
    with hold_engines(home):
        pass
    (Postgres(Place(home)).data / "postgresql.conf").write_text("port = nonsense\n")
    with pytest.raises(EngineFailed, match='invalid value for parameter "port"'):
        hold_engines(home).__enter__()


def test_of_two_holders_one_starts_what_died(home: Path) -> None:
    """The other, whose own child it was, finds it running again and does not start a second."""
    with hold_engines(home) as found, hold_engines(home):
        for _ in range(2):
            before = servers(home)
            for pid in before:
                assert pid
                os.kill(pid, signal.SIGKILL)
            until(lambda: answers(found))
            assert set(servers(home)).isdisjoint(before)
    assert servers(home) == (None, None)
    assert "already exists" not in (home / "postgres.log").read_text()


def test_a_frozen_server_is_left_alone(home: Path) -> None:
    with hold_engines(home) as found:
        pid, _ = servers(home)
        assert pid
        os.kill(pid, signal.SIGSTOP)
        time.sleep(3 * ROUND_SECONDS)
        os.kill(pid, signal.SIGCONT)
        until(lambda: answers(found))
        assert servers(home)[0] == pid
