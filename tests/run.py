"""One run of the suite: its folder, its servers, and one database for each of its processes.

Several runs may go on in the same tree: each has a folder of its own. A run that was killed leaves
its servers behind; the next run stops them."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import asyncpg

from app.engine.hold import holding
from app.engine.place import Place, try_lock
from app.engine.postgres import ADMINISTRATOR, DATABASE, ROLE, THROWAWAY, Postgres
from app.engine.redis import Redis
from app.migration import migrate

_PREFIX = "afterloan-tests-"
_FOLDER = "AFTERLOAN_TEST_RUN"
_ALIVE = "alive.lock"
_locks: list[IO[str]] = []
_CLEANING = Path(__file__).with_name("cleaning.sql")


def run_folder() -> Path:
    """Made by the process that was started first; its children inherit the name."""
    if _FOLDER not in os.environ:
        _stop_what_killed_runs_left()
        os.environ[_FOLDER] = str(_new_folder())
    return Path(os.environ[_FOLDER])


def forget_settings(environment: MutableMapping[str, str]) -> None:
    """Whoever runs the suite may run a product of his own beside it, with a port and a database."""
    foreign = {"DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL"}
    for name in list(environment):
        if name in foreign or (name.startswith("AFTERLOAN_") and name != _FOLDER):
            del environment[name]


def stay_alive(folder: Path) -> None:
    """A lock that the kernel takes back when this process ends, however it ends."""
    lock = (folder / _ALIVE).open("a")
    fcntl.flock(lock, fcntl.LOCK_SH)
    _locks.append(lock)


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@contextmanager
def servers() -> Iterator[tuple[str, str]]:
    """The addresses of this process's database and Redis.

    PostgreSQL is one for the run. Each process has a Redis of its own, because channels know no
    numbered databases: a message of one test would reach the page of another."""
    place = Place(run_folder() / "engines")
    postgres = Postgres(place, THROWAWAY)
    redis = Redis(place, f"redis-{worker_name()}")
    with holding(place, [postgres]), _running(redis):
        asyncio.run(_prepare(postgres, f"test_{worker_name()}"))
        yield postgres.url_of(ROLE, f"test_{worker_name()}"), redis.url


def named(url: str, database: str) -> str:
    """The same server's database of another name."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def remove(folder: Path) -> None:
    """After the last process has let go of the servers."""
    with contextlib.suppress(OSError):
        place = Place(folder / "engines")
        for redis in place.run.glob("redis-*.sock"):
            Redis(place, redis.stem).stop()
        Postgres(place).stop()
        place.remove()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(redis: Redis) -> Iterator[None]:
    redis.start()
    try:
        yield
    finally:
        redis.stop()


async def _prepare(postgres: Postgres, name: str) -> None:
    """Migrations run once; each process gets a copy of the result."""
    with (postgres.place.root / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        administrator = await asyncpg.connect(postgres.url_of(ADMINISTRATOR, "postgres"))
        try:
            # The first process of a run finds the migration table missing.
            template = postgres.url_of(ADMINISTRATOR, DATABASE)
            if not await _is_prepared(template):
                await migrate(postgres.url)
                await _add_cleaning(template)
            await administrator.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await administrator.execute(
                f'CREATE DATABASE "{name}" OWNER {ROLE} TEMPLATE {DATABASE}'
            )
        finally:
            await administrator.close()


async def _is_prepared(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("SELECT to_regproc('suite.clean') IS NOT NULL"))
    finally:
        await connection.close()


async def _add_cleaning(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_CLEANING.read_text())
    finally:
        await connection.close()


def _new_folder() -> Path:
    """Shows under its name only when locked: another run that sweeps now must not take it."""
    unlocked = Path(tempfile.mkdtemp(prefix="afterloan-new-"))
    stay_alive(unlocked)
    return unlocked.rename(unlocked.with_name(unlocked.name.replace("afterloan-new-", _PREFIX)))


def _stop_what_killed_runs_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _ALIVE).open("a") as lock:
            if try_lock(lock):
                remove(folder)
