"""How often somebody does something, counted over all our processes.

Redis counts; while it is away each process counts for itself, so a limit never falls away. Kept
per fixed window, for nobody is harmed by twice the rate at a window's edge."""

import asyncio
from collections import OrderedDict

from app import clock, redis
from app.actor import Actor

# Of those who were counted last; the one who was silent longest is forgotten first.
COUNTED_MAX = 10_000
_REACH_SECONDS = 0.2

_counted: OrderedDict[str, int] = OrderedDict()


async def seconds_until_allowed(
    actor: Actor, what: str, *, most: int, per_seconds: int, times: int = 1
) -> int:
    """Counts so many more; 0 when that is within the limit."""
    window, into_it = divmod(int(clock.now().timestamp()), per_seconds)
    key = f"rate:{what}:{actor.kind}:{actor.id or actor.name}:{window}"
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            count = await _count_in_redis(key, per_seconds, times)
    except redis.AWAY:
        count = _count_here(key, times)
    return 0 if count <= most else per_seconds - into_it


async def _count_in_redis(key: str, per_seconds: int, times: int) -> int:
    async with redis.redis().pipeline(transaction=False) as pipeline:
        pipeline.incrby(key, times)
        pipeline.expire(key, per_seconds)
        count, _ = await pipeline.execute()
    return int(count)


def _count_here(key: str, times: int = 1) -> int:
    _counted[key] = _counted.pop(key, 0) + times
    if len(_counted) > COUNTED_MAX:
        _counted.popitem(last=False)
    return _counted[key]
