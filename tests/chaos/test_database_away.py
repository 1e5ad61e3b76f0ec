"""PostgreSQL is killed, started again and frozen while money is being posted."""

import subprocess
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.database import close_database, init_database
from app.engine.place import Place
from app.engine.postgres import Postgres
from app.engine.redis import Redis
from tests.app.command.shell import afterloan, started
from tests.chaos import accident
from tests.chaos.ask import ask
from tests.chaos.till import Till, api, loan_ids, new_token, open_tills
from tests.factories import make_loan, set_business_date
from tests.network import free_port, get, is_ready, until

TILLS = 4
ON = date(2026, 3, 1)
SCHEDULE = [(date(2026, 3, 31), 100_000_000, 0)]
AWAY_SECONDS = 3


class Engines:
    """Servers of this test alone: what happens to them happens to nobody else."""

    def __init__(self, home: Path) -> None:
        self.place = Place(home)
        # Not a throwaway: what it has acknowledged must survive a kill.
        self.postgres, self.redis = Postgres(self.place), Redis(self.place)

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    made = Engines(tmp_path / "home")
    try:
        made.postgres.start()
        made.redis.start()
        yield made
    finally:
        made.postgres.stop()
        made.redis.stop()
        made.place.remove()


async def test_no_payment_is_lost_or_doubled_and_nobody_restarts_the_server(
    engines: Engines, tmp_path: Path
) -> None:
    assert afterloan("migrate", **engines.environment).returncode == 0
    token = await open_books(engines.postgres.url)
    port = free_port()
    with started(
        tmp_path / "log", "serve", AFTERLOAN_PORT=str(port), **engines.environment
    ) as server:
        until(lambda: is_ready(port) or server.poll() is not None)
        tills = [
            Till(api(port, token), loan_id, name=f"till-{number}", value_on=ON.isoformat())
            for number, loan_id in enumerate(loan_ids(port, token))
        ]
        with open_tills(tills):
            until_all_have_posted_more(tills)
            kill_and_start(engines.postgres, port)
            until_all_have_posted_more(tills)
            freeze(engines.postgres, port)
            until_all_have_posted_more(tills)
        assert is_ready(port)
        assert server.poll() is None

    assert sum(till.retries for till in tills) > 0
    receipts = [reference for till in tills for reference in till.receipts]
    booked = await ask(engines.postgres.url, "SELECT reference FROM payment")
    assert sorted(reference for (reference,) in booked) == sorted(receipts)


async def open_books(url: str) -> str:
    await init_database(url, application="afterloan-tests")
    try:
        await set_business_date(ON)
        for _ in range(TILLS):
            await make_loan(SCHEDULE)
        return await new_token()
    finally:
        await close_database()


def kill_and_start(postgres: Postgres, port: int) -> None:
    accident.kill(process_of(postgres))
    says_it_waits(port)
    postgres.start()
    until(lambda: is_ready(port))


def freeze(postgres: Postgres, port: int) -> None:
    with accident.frozen(process_of(postgres)):
        thawed_at = time.monotonic() + AWAY_SECONDS
        says_it_waits(port)
        time.sleep(max(0, thawed_at - time.monotonic()))
    until(lambda: is_ready(port))


def says_it_waits(port: int) -> None:
    """A probe that hangs would be as bad as one that says all is well."""
    until(lambda: get(port, "/ready").status == 503)
    assert get(port, "/health").status == 200


def until_all_have_posted_more(tills: list[Till]) -> None:
    wanted = [len(till.receipts) + 3 for till in tills]
    until(
        lambda: all(len(till.receipts) >= more for till, more in zip(tills, wanted, strict=True)),
        "a till goes on no more",
    )


def process_of(postgres: Postgres) -> "subprocess.Popen[bytes]":
    assert postgres._process is not None
    return postgres._process
