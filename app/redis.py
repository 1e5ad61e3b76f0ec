"""Redis carries: jobs to workers, news to open pages, counters of rates. It remembers nothing that
matters.

Every call is bounded: a frozen Redis must not freeze a page, so whoever asks goes on without it."""

import asyncio
from collections.abc import AsyncGenerator
from functools import cache
from typing import Any

import orjson
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError

from app.log import get_logger
from app.settings import settings

REACH_SECONDS = 1.0
RECONNECT_SECONDS_MAX = 10.0
AWAY = (RedisError, OSError, TimeoutError)

log = get_logger(__name__)


def redis_url() -> str:
    secret = settings().redis_url
    assert secret, (
        "REDIS_URL is set by the operator or by `afterloan` when it starts its own server"
    )
    return secret.get_secret_value()


@cache
def redis() -> "Redis":
    """One client per process; connections are made when first needed and again after a restart."""
    made: Redis = Redis.from_url(redis_url(), socket_timeout=REACH_SECONDS, **_reaching())
    return made


def job_client() -> ArqRedis:
    """For arq, which connects when it first has something to say. arq's own reading of an address
    neither decodes passwords nor checks host names, and what it connects at once stays open when
    its maker is cancelled meanwhile."""
    pool: ConnectionPool = ConnectionPool.from_url(redis_url(), **_reaching())
    return ArqRedis(pool, job_serializer=orjson.dumps, job_deserializer=orjson.loads)


def _reaching() -> dict[str, Any]:
    """The client checks a certificate, but not whose it is, unless it is told to."""
    sealed = {"ssl_check_hostname": True} if redis_url().startswith("rediss:") else {}
    return {"socket_connect_timeout": REACH_SECONDS, **sealed}


async def publish(channel: str, message: str = "") -> bool:
    """Best effort: the listeners also look for themselves every few seconds. False when Redis is
    away."""
    try:
        async with asyncio.timeout(REACH_SECONDS):
            await redis().publish(channel, message)
    except AWAY:
        return False
    return True


async def listen(channel: str, *, every_seconds: float) -> AsyncGenerator[str | None, None]:
    """Yields each message, and None at least every `every_seconds`, whether Redis is there or
    not."""
    while True:
        try:
            async with (
                Redis.from_url(redis_url(), **_reaching()) as client,
                client.pubsub() as subscription,
            ):
                async with asyncio.timeout(REACH_SECONDS):
                    await subscription.subscribe(channel)
                while True:
                    message = await subscription.get_message(
                        ignore_subscribe_messages=True, timeout=every_seconds
                    )
                    yield message["data"].decode() if message else None
        except AWAY as error:
            log.warning("redis.away", channel=channel, error=type(error).__name__)
            yield None
            await asyncio.sleep(min(every_seconds, RECONNECT_SECONDS_MAX))
