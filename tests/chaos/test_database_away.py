"""PostgreSQL is killed, started again and frozen while twenty read pages and post money.

Everybody is answered in bounded time, by name; afterwards all is as before, and nothing of ours
was started anew."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.postgres import Postgres
from tests.chaos import accident
from tests.chaos.crowd import figure, longest, seconds_until_well
from tests.chaos.house import (
    Engines,
    House,
    Load,
    each_payment_once,
    engines,
    house,
    load,
    open_books,
    pool_is_whole,
    says_it_waits,
)

FROZEN_SECONDS = 4
FROZEN_LONG_SECONDS = 30


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Engines]:
    with engines(tmp_path / "home") as made:
        yield made


async def test_nobody_waits_for_long_and_no_payment_is_lost_or_doubled(
    used: Engines, tmp_path: Path
) -> None:
    with house(tmp_path, used, await open_books(used.postgres.url)) as ours:
        with load(ours) as using:
            seconds_until_well(using.logs)
            kill(ours)
            figure("well_after_kill", seconds_until_well(using.logs))
            freeze(ours, FROZEN_SECONDS)
            figure("well_after_thaw", seconds_until_well(using.logs))
        await all_is_well(ours, using)


@pytest.mark.slow
async def test_half_a_minute_without_an_answer(used: Engines, tmp_path: Path) -> None:
    with house(tmp_path, used, await open_books(used.postgres.url)) as ours:
        with load(ours) as using:
            seconds_until_well(using.logs)
            freeze(ours, FROZEN_LONG_SECONDS)
            figure("well_after_thaw", seconds_until_well(using.logs))
        await all_is_well(ours, using)
    refusals = {one.named for log in using.logs for one in log.answers if not one.is_well}
    assert {"UNAVAILABLE", "The database cannot be reached at the moment"} <= refusals


async def all_is_well(on: House, using: Load) -> None:
    """Nobody was started anew, each was answered in time, and each payment is there once."""
    await pool_is_whole(on)
    assert on.is_as_begun
    await each_payment_once(on, using)
    figure("longest_answer", longest(using.logs))
    assert using.faults == []
    assert sum(till.retries for till in using.tills) > 0


def kill(on: House) -> None:
    """Whoever looks after our engines starts it again."""
    accident.kill(process_of(on.engines.postgres))
    says_it_waits(on)


def freeze(on: House, seconds: float) -> None:
    with accident.frozen(process_of(on.engines.postgres)):
        thawed_at = time.monotonic() + seconds
        says_it_waits(on)
        time.sleep(max(0, thawed_at - time.monotonic()))


def process_of(postgres: Postgres) -> "subprocess.Popen[bytes]":
    assert postgres._process is not None
    return postgres._process
