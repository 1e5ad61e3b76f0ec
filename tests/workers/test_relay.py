"""The way of a job: a row, arq, a worker, and back from every kind of accident."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from arq.worker import Worker
from redis.asyncio import Redis

from app import clock, outbox
from app import database as db
from app.outbox import Message
from app.settings import settings
from app.unit_of_work import unit_of_work
from workers import job as jobs
from workers.job import JOBS, Queue
from workers.settings import serve_queues

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A job for the tests alone; what it did is kept in the list."""
    ran: list[int] = []

    async def handler(number: int) -> None:
        ran.append(number)
        if number < 0:
            raise RuntimeError("broken")

    monkeypatch.setitem(JOBS, "test.count", jobs.Job("test.count", Queue.short, handler))
    return ran


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, redis: Redis) -> None:
    monkeypatch.setenv("AFTERLOAN_OUTBOX_HAND_AGAIN", "PT0.6S")
    settings.cache_clear()


@asynccontextmanager
async def working() -> AsyncIterator[None]:
    """A worker in this process, ended as a kill would end it."""
    task = asyncio.create_task(serve_queues())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def ask(*numbers: int) -> None:
    async with unit_of_work():
        await outbox.put([Message("test.count", {"number": n}) for n in numbers], AT)


async def until(condition: Any, seconds: float = 8) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - a row says it, not an event
            await asyncio.sleep(0.05)


async def all_done() -> bool:
    return bool(await db.value("SELECT count(*) = 0 FROM outbox WHERE done_at IS NULL"))


async def test_a_job_asked_for_is_done_once(done: list[int]) -> None:
    await ask(1, 2, 3)
    async with working():
        await until(all_done)
    assert sorted(done) == [1, 2, 3]


async def test_a_worker_that_ends_says_its_last_word_first(
    done: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be said over a new connection, which nobody closes."""
    said: list[str] = []
    at_once = Worker.finish_job

    async def later(worker: Worker, job_id: str, *told: Any, **more: Any) -> None:
        await asyncio.sleep(0.2)
        await at_once(worker, job_id, *told, **more)
        # Ticks of the clock are jobs too.
        if not job_id.startswith("cron."):
            said.append(job_id)

    monkeypatch.setattr(Worker, "finish_job", later)
    await ask(1)
    async with working():
        await until(all_done)
    assert done == [1]
    assert len(said) == 1


async def test_what_redis_forgets_is_handed_over_again(done: list[int], redis: Redis) -> None:
    await ask(1)
    (taken,) = await outbox.take_due()
    assert taken.payload == {"number": 1}
    # Handed over, and lost on the way.
    await redis.flushall()
    async with working():
        await until(all_done)
    assert done == [1]


async def test_a_job_that_is_done_is_not_run_again_by_a_second_message(done: list[int]) -> None:
    await ask(1)
    (taken,) = await outbox.take_due()
    await jobs.run(taken.topic, taken.id, taken.payload)
    await jobs.run(taken.topic, taken.id, taken.payload)
    assert done == [1]


async def test_a_failing_job_is_tried_again_and_then_waits_for_a_person(
    done: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "ATTEMPTS_MAX", 2)
    await ask(-1)

    async def given_up() -> bool:
        return bool(await db.value("SELECT hand_at = 'infinity' FROM outbox"))

    async with working():
        await until(given_up)
    assert done == [-1, -1]
    row = await db.row("SELECT failure, done_at, attempts FROM outbox")
    assert row == {"failure": "RuntimeError", "done_at": None, "attempts": 2}
    await db.execute(statement_for_operators())
    (again,) = await outbox.take_due()
    assert (again.payload, again.attempts) == ({"number": -1}, 1)


def statement_for_operators() -> str:
    """As the operator finds it."""
    text = Path("docs/failures.md").read_text()
    (statement,) = re.findall(r"```sql\n(UPDATE outbox .*?)\n```", text)
    return str(statement)


@pytest.mark.parametrize(
    ("attempt", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (11, 60)]
)
async def test_the_pauses_between_attempts_grow(
    attempt: int, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "hand_again_after", lambda: timedelta(minutes=1))
    await ask(1)
    id = await db.value("SELECT id FROM outbox")
    await db.execute("UPDATE outbox SET attempts = $1", attempt)
    with clock.frozen_at(AT):
        await outbox.fail(id, "MailServerAway")
    found = await db.row("SELECT failure, hand_at FROM outbox")
    assert found == {"failure": "MailServerAway", "hand_at": AT + timedelta(minutes=minutes)}


async def test_a_topic_that_nobody_knows_is_named(redis: Redis) -> None:
    async with unit_of_work():
        await outbox.put([Message("test.unknown", {})], AT)

    async def named() -> bool:
        failure = await db.value("SELECT failure FROM outbox")
        return bool(failure == "no job is called test.unknown")

    async with working():
        await until(named)


async def test_two_relays_share_the_rows(done: list[int]) -> None:
    await ask(*range(30))
    taken = await asyncio.gather(*(outbox.take_due() for _ in range(4)))
    ids = [row.id for rows in taken for row in rows]
    assert len(ids) == len(set(ids)) == 30


async def test_a_job_goes_on_when_redis_loses_it(
    monkeypatch: pytest.MonkeyPatch, redis: Redis
) -> None:
    """And meanwhile the worker, begun anew, takes what comes."""
    ended, may_end = list[int](), asyncio.Event()

    async def handler(number: int) -> None:
        if number == 1:
            await may_end.wait()
        ended.append(number)

    monkeypatch.setitem(JOBS, "test.count", jobs.Job("test.count", Queue.short, handler))
    monkeypatch.setattr(outbox, "hand_again_after", lambda: timedelta(seconds=30))
    await ask(1)

    async def taken() -> bool:
        return bool(await redis.keys("arq:in-progress:*"))

    async def second_is_done() -> bool:
        return ended == [2]

    async with working():
        await until(taken)
        await redis.client_kill_filter(_type="normal", skipme=True)
        await redis.flushall()
        await ask(2)
        await until(second_is_done)
        may_end.set()
        await until(all_done)
    assert ended == [2, 1]
    attempts = await db.rows("SELECT attempts, failure FROM outbox ORDER BY id")
    assert attempts == [{"attempts": 1, "failure": ""}] * 2
