import asyncio

import pytest

from app.errors import Unavailable
from app.identity.kept import Kept, Lifetime

LIFETIME = Lifetime(fresh=100, usable=300, pause_after_failure=5, pause_between_renewals=30)


class Source:
    """Counts its fetches; away when told so. Its clock stands until it is moved."""

    def __init__(self) -> None:
        self.count, self.away, self.now = 0, False, 0.0

    async def fetch(self) -> int:
        self.count += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable
        return self.count

    def kept(self) -> Kept[int]:
        return Kept(self.fetch, LIFETIME, clock=lambda: self.now)


async def test_fetches_once_while_fresh() -> None:
    source = Source()
    kept = source.kept()
    assert await asyncio.gather(*(kept.get() for _ in range(20))) == [1] * 20
    source.now = 99
    assert await kept.get() == 1
    source.now = 100
    assert await kept.get() == 2


async def test_goes_on_with_what_it_has_while_the_far_end_is_away() -> None:
    source = Source()
    kept = source.kept()
    await kept.get()
    source.away, source.now = True, 299
    assert await kept.get() == 1
    source.now = 300
    with pytest.raises(Unavailable):
        await kept.get()
    source.away, source.now = False, 310
    assert await kept.get() == source.count


async def test_does_not_ask_again_at_once_after_a_failure() -> None:
    source = Source()
    kept = source.kept()
    source.away = True
    for _ in range(20):
        with pytest.raises(Unavailable):
            await kept.get()
    assert source.count == 1
    source.now = 5
    with pytest.raises(Unavailable):
        await kept.get()
    assert source.count == 2


async def test_renews_only_once_per_pause_however_many_insist() -> None:
    source = Source()
    kept = source.kept()
    await kept.get()
    source.now = 30
    assert await asyncio.gather(*(kept.renew() for _ in range(20))) == [2] * 20
    source.now = 59
    assert await kept.renew() == 2
    source.now = 60
    assert await kept.renew() == 3
