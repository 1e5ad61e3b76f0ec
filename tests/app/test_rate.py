from datetime import UTC, datetime

import pytest

from app import clock, rate
from app import redis as carrier
from app.permission import Role
from app.rate import seconds_until_allowed
from tests.factories import actor_of

ACTOR, OTHER = actor_of(Role.service), actor_of(Role.service, id=2)
AT = datetime(2026, 3, 15, 8, 0, 20, tzinfo=UTC)


async def counted(times: int) -> list[int]:
    return [
        await seconds_until_allowed(ACTOR, "look_up", most=2, per_seconds=60) for _ in range(times)
    ]


@pytest.mark.usefixtures("redis")
async def test_several_at_once_count_as_several() -> None:
    with clock.frozen_at(AT):
        assert [
            await seconds_until_allowed(ACTOR, "reveal", most=5, per_seconds=60, times=3)
            for _ in range(2)
        ] == [0, 40]


@pytest.mark.usefixtures("redis")
async def test_beyond_the_limit_it_says_how_long_to_wait() -> None:
    with clock.frozen_at(AT):
        assert await counted(4) == [0, 0, 40, 40]
        assert await seconds_until_allowed(OTHER, "look_up", most=2, per_seconds=60) == 0
        assert await seconds_until_allowed(ACTOR, "reveal", most=2, per_seconds=60) == 0
    with clock.frozen_at(AT.replace(minute=1)):
        assert await counted(1) == [0]


@pytest.mark.usefixtures("redis")
async def test_counters_leave_redis_by_themselves() -> None:
    with clock.frozen_at(AT):
        await counted(1)
    (key,) = await carrier.redis().keys("rate:*")
    assert key.startswith(b"rate:look_up:user:1:")
    assert 0 < await carrier.redis().ttl(key) <= 60


async def test_limit_holds_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise ConnectionError

    monkeypatch.setattr("app.redis.redis", away)
    with clock.frozen_at(AT):
        assert await counted(4) == [0, 0, 40, 40]


async def test_only_so_many_are_counted_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "COUNTED_MAX", 3)
    for number in range(5):
        rate._count_here(f"key-{number}")
    assert list(rate._counted) == ["key-2", "key-3", "key-4"]
