"""Redis carries: jobs to workers, news to open pages, counters of rates. It remembers nothing that
matters.

Every call is bounded: a frozen Redis must not freeze a page, so whoever asks goes on without it."""

import asyncio
from collections.abc import AsyncGenerator
from functools import cache
from urllib.parse import unquote, urlsplit

from arq.connections import RedisSettings
from redis.asyncio import Redis
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
    made: Redis = Redis.from_url(
        redis_url(), socket_timeout=REACH_SECONDS, socket_connect_timeout=REACH_SECONDS
    )
    return made


def job_settings() -> RedisSettings:
    """For arq, whose own reading of an address neither decodes passwords nor checks host names."""
    parts = urlsplit(redis_url())
    found = RedisSettings.from_dsn(redis_url())
    found.password = unquote(parts.password) if parts.password else None
    found.ssl_check_hostname = found.ssl
    return found


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
                Redis.from_url(redis_url(), socket_connect_timeout=REACH_SECONDS) as client,
                client.pubsub() as subscription,
            ):
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
