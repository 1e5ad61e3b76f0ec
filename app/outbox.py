"""Jobs asked for by a transaction. PostgreSQL remembers them, Redis only carries them.

A row is written with the change that causes it. The relay hands rows to arq, the job marks its
row done, and the sweep hands over again what was not finished in time: `FLUSHALL` or a killed
worker loses nothing."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from app import clock, database, redis
from app.settings import settings
from app.unit_of_work import unit_of_work

CHANNEL = "afterloan:outbox"
HANDED_PER_ROUND_MAX = 200
# With the pauses between them some six hours: a mail server may be away for an afternoon.
ATTEMPTS_MAX = 12
PAUSE_MAX = timedelta(hours=1)

_wakers: list[Callable[[], None]] = []


class Message(NamedTuple):
    topic: str
    payload: dict[str, Any]


class Handed(NamedTuple):
    id: int
    topic: str
    payload: dict[str, Any]
    attempts: int


async def put(messages: Sequence[Message], at: datetime) -> None:
    """Inside the verb's transaction; one statement however many."""
    if not messages:
        return
    await database.execute(
        "INSERT INTO outbox (topic, payload, created_at, hand_at, attempts, failure)"
        " SELECT topic, payload::jsonb, $3, $3, 0, ''"
        " FROM unnest($1::text[], $2::text[]) AS message (topic, payload)",
        [message.topic for message in messages],
        [msgspec.json.encode(message.payload).decode() for message in messages],
        at,
    )


def on_wake(callback: Callable[[], None]) -> None:
    """Called after each verb of this process that may have left work, as long as it lives."""
    _wakers.append(callback)


@contextmanager
def woken(*callbacks: Callable[[], None]) -> Iterator[None]:
    """As `on_wake`, for a while."""
    _wakers.extend(callbacks)
    try:
        yield
    finally:
        for callback in callbacks:
            _wakers.remove(callback)


def wake() -> None:
    for callback in _wakers:
        callback()


class Bell:
    """Tells the relays, which may be in other processes. They look for themselves every few seconds
    too, so a bell that nobody hears loses nothing."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def run(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            await redis.publish(CHANNEL)


async def take_due() -> list[Handed]:
    """Marks rows as handed and returns them; safe with any number of relays."""
    now = clock.now()
    async with unit_of_work():
        taken = await database.rows(
            "UPDATE outbox SET hand_at = $1, attempts = attempts + 1 WHERE id IN ("
            "  SELECT id FROM outbox WHERE done_at IS NULL AND hand_at <= $2"
            "  ORDER BY hand_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, topic, payload, attempts",
            now + hand_again_after(), now, HANDED_PER_ROUND_MAX,
        )  # fmt: skip
    return [
        Handed(row["id"], row["topic"], msgspec.json.decode(row["payload"]), row["attempts"])
        for row in taken
    ]


def hand_again_after() -> timedelta:
    """How long a row stays with a worker that gives no sign of life."""
    return settings().outbox_hand_again


async def is_open(id: int) -> bool:
    return bool(await database.value("SELECT done_at IS NULL FROM outbox WHERE id = $1", id))


async def hold(id: int) -> None:
    await database.execute(
        "UPDATE outbox SET hand_at = $2 WHERE id = $1", id, clock.now() + hand_again_after()
    )


async def finish(id: int) -> None:
    """The job's own last step, in the transaction of its effect where it has one."""
    await database.execute("UPDATE outbox SET done_at = $2 WHERE id = $1", id, clock.now())


async def fail(id: int, reason: str) -> None:
    """Keeps the reason; the sweep tries again, after ever longer pauses, until `ATTEMPTS_MAX`;
    then the row waits for a person."""
    await database.execute(
        "UPDATE outbox SET failure = $2,"
        " hand_at = CASE WHEN attempts >= $3 THEN 'infinity' ELSE"
        " $4::timestamptz + least($5::interval, $6::interval * power(2, attempts - 1)) END"
        " WHERE id = $1",
        id, reason[:500], ATTEMPTS_MAX, clock.now(), PAUSE_MAX, hand_again_after(),
    )  # fmt: skip
