"""Whom a person opened last: ids only, his own, for a month.

In Redis, for nothing is lost when they are: the list is a convenience."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from app import clock, redis
from app.actor import Actor, ActorKind

RECENT_MAX = 5
KEPT = timedelta(days=30)
_REACH_SECONDS = 0.2


class Opened(NamedTuple):
    customer_id: int
    at: datetime


async def remember(actor: Actor, customer_id: int) -> None:
    if actor.kind is not ActorKind.user:
        return
    key = _key(actor)
    pipeline = redis.redis().pipeline(transaction=False)
    pipeline.zadd(key, {str(customer_id): clock.now().timestamp()})
    pipeline.zremrangebyrank(key, 0, -RECENT_MAX - 1)
    pipeline.expire(key, KEPT)
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            await pipeline.execute()
    except redis.AWAY:
        return


async def recently_opened(actor: Actor) -> list[Opened]:
    """The last one first; nothing while Redis is away."""
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            found = await redis.redis().zrange(
                _key(actor), 0, RECENT_MAX - 1, desc=True, withscores=True
            )
    except redis.AWAY:
        return []
    oldest = clock.now() - KEPT
    opened = (Opened(int(id), datetime.fromtimestamp(score, UTC)) for id, score in found)
    return [one for one in opened if one.at > oldest]


def _key(actor: Actor) -> str:
    return f"recent_customer:{actor.id}"
