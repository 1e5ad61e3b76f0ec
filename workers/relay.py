"""Hands outbox rows to arq: at once when told of new ones, and whatever is due every few
seconds."""

import asyncio
from collections.abc import Sequence

from arq.connections import ArqRedis

from app import outbox, redis
from app.errors import AfterloanError
from app.log import get_logger
from workers.job import JOBS

SWEEP_SECONDS = 2.0
# Longer than a server freezes, and shorter than the worker waits for a report's statement.
ROUND_SECONDS = 60

log = get_logger(__name__)


async def relay(pool: ArqRedis) -> None:
    """Runs until cancelled; a database or a Redis that is away is tried again at the next round."""
    async for _ in redis.listen(outbox.CHANNEL, every_seconds=SWEEP_SECONDS):
        try:
            while len(taken := await _take_due()) > 0:
                await _hand(pool, taken)
        except (AfterloanError, *redis.AWAY) as error:
            log.warning("relay.waiting", error=type(error).__name__)


async def _take_due() -> Sequence[outbox.Handed]:
    """A connection whose other end has vanished without a word is given up."""
    async with asyncio.timeout(ROUND_SECONDS):
        return await outbox.take_due()


async def _hand(pool: ArqRedis, rows: Sequence[outbox.Handed]) -> None:
    """A row whose hand-over fails keeps its date: the sweep takes it again."""
    for row in rows:
        known = JOBS.get(row.topic)
        if known is None:
            await outbox.fail(row.id, f"no job is called {row.topic}")
            continue
        async with asyncio.timeout(redis.REACH_SECONDS):
            await pool.enqueue_job(
                known.function,
                row.id,
                row.payload,
                # Each attempt has its own id: arq forgets nothing about the one a kill left behind.
                _job_id=f"{row.id}.{row.attempts}",
                _queue_name=known.queue,
            )
