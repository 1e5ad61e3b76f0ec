"""A whole house on engines of its own: `serve` and `work` as processes, a small book, and those
who use it all at once."""

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import asyncpg

from app.database import close_database, connect_arguments, init_database
from app.engine.hold import holding
from app.engine.place import Place
from app.engine.postgres import Postgres
from app.engine.redis import Redis
from app.permission import Role
from app.settings import settings
from tests.app.command.shell import afterloan, started
from tests.app.identity.people import session_of, somebody
from tests.chaos.ask import ask
from tests.chaos.crowd import Log, Reader, page_reader, program, reading, searcher
from tests.chaos.till import Till, api, loan_ids, new_token, open_tills
from tests.factories import LoanKey, make_loan, set_business_date
from tests.network import free_port, get, is_ready, until

# No close of business is due before it.
ON = date(2099, 3, 1)
SCHEDULE = [(date(2099, 3, 31), 100_000_000, 0)]
TILLS = 5
# Of each kind: a page, a part of one, a search, a loan, a program.
READERS = 3
LOANS = "{ loans(first: 5) { nodes { id daysPastDue } } }"
BOARD = "/collection/board"
# Who waits for a place any longer is refused.
FILLED_WITHIN_SECONDS = 3


class Engines(NamedTuple):
    postgres: Postgres
    redis: Redis

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}


class Books(NamedTuple):
    token: str
    # The cookie's, of one who may read everything.
    word: str
    loan: LoanKey


@dataclass
class House:
    engines: Engines
    books: Books
    server: "subprocess.Popen[bytes]"
    worker: "subprocess.Popen[bytes]"
    port: int

    @property
    def is_as_begun(self) -> bool:
        """Nobody of ours ended or was started anew."""
        return self.server.poll() is None and self.worker.poll() is None

    @property
    def cookie(self) -> str:
        return f"afterloan-{self.port}-session={self.books.word}"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def engines(home: Path) -> Iterator[Engines]:
    """Looked after as ours are: what dies is started again. What they acknowledge survives a
    kill."""
    place = Place(home)
    made = Engines(Postgres(place), Redis(place))
    try:
        with holding(place, made):
            assert afterloan("migrate", **made.environment).returncode == 0
            yield made
    finally:
        place.remove()


async def open_books(url: str) -> Books:
    await init_database(url, application="afterloan-tests")
    try:
        await set_business_date(ON)
        loans = [await make_loan(SCHEDULE) for _ in range(TILLS)]
        word = await session_of(await somebody(Role.management))
        return Books(await new_token(), word, loans[0])
    finally:
        await close_database()


@contextmanager
def house(folder: Path, used: Engines, books: Books, **more: str) -> Iterator[House]:
    port = free_port()
    environment = {**used.environment, "AFTERLOAN_PORT": str(port), **more}
    with ExitStack() as stack:
        server, worker = (
            stack.enter_context(started(folder / f"{name}.log", name, **environment))
            for name in ("serve", "work")
        )
        until(lambda: is_ready(port) or server.poll() is not None)
        yield House(used, books, server, worker, port)


@dataclass
class Load:
    tills: Sequence[Till]
    readers: Sequence[Reader]

    @property
    def logs(self) -> list[Log]:
        return [*(till.log for till in self.tills), *(reader.log for reader in self.readers)]

    @property
    def faults(self) -> list[str]:
        return [fault for log in self.logs for fault in log.faults]


@contextmanager
def load(on: House) -> Iterator[Load]:
    tills = [
        Till(api(on.port, on.books.token), id, name=f"till-{number}", value_on=ON.isoformat())
        for number, id in enumerate(loan_ids(on.port, on.books.token))
    ]
    readers = [one for _ in range(READERS) for one in _readers(on)]
    with open_tills(tills), reading(readers):
        yield Load(tills, readers)


def _readers(on: House) -> list[Reader]:
    loan = on.books.loan
    page = f"/customer/{loan.customer_id}/loan/{loan.loan_id}"
    return [
        page_reader(on.base_url, on.cookie, BOARD),
        page_reader(on.base_url, on.cookie, f"{BOARD}/to_contact/cases", is_part=True),
        searcher(on.base_url, on.cookie, "1"),
        page_reader(on.base_url, on.cookie, page),
        program(api(on.port, on.books.token), LOANS),
    ]


def says_it_waits(on: House) -> None:
    """A probe that hangs would be as bad as one that says all is well."""
    until(lambda: get(on.port, "/ready").status == 503)
    assert get(on.port, "/health").status == 200


async def each_payment_once(on: House, using: Load) -> None:
    """Every order was repeated with its key until it was acknowledged."""
    receipts = [reference for till in using.tills for reference in till.receipts]
    booked = await ask(on.engines.postgres.url, "SELECT reference FROM payment")
    assert sorted(reference for (reference,) in booked) == sorted(receipts)


async def pool_is_whole(on: House) -> None:
    """So many wait on a lock as the pool has places, and those behind them are served too."""
    places = settings().database_pool_max
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'afterloan-serve'"
        " AND wait_event_type = 'Lock'"
    )
    held = await asyncpg.connect(**connect_arguments(on.engines.postgres.url))
    path = f"/customer/{on.books.loan.customer_id}/loan/{on.books.loan.loan_id}"
    with ThreadPoolExecutor(places * 2) as callers:
        async with held.transaction():
            await held.execute("LOCK TABLE loan IN ACCESS EXCLUSIVE MODE")
            asked = [
                callers.submit(get, on.port, path, Cookie=on.cookie) for _ in range(places * 2)
            ]
            async with asyncio.timeout(FILLED_WITHIN_SECONDS):
                while await held.fetchval(waiting) < places:  # noqa: ASYNC110 - the server says it
                    await asyncio.sleep(0.02)
        assert {call.result().status for call in asked} == {200}
    await held.close()
