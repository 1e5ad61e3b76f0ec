"""Something fetched from afar: fresh for a while, good enough a while longer when it cannot be
fetched again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """All in seconds."""

    fresh: float
    # Counted from the fetch as well; longer than `fresh`.
    usable: float
    # How often the far end is asked at most, when it fails or when somebody insists.
    pause_after_failure: float
    pause_between_renewals: float


class Kept(Generic[T]):
    """One fetch at a time however many ask."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[T]],
        lifetime: Lifetime,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._lifetime, self._clock = fetch, lifetime, clock
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._failure: Unavailable | None = None

    async def get(self) -> T:
        held = self._held(self._lifetime.fresh)
        if held is not None:
            return held
        async with self._lock:
            return self._held(self._lifetime.fresh) or await self._renewed(
                self._lifetime.pause_after_failure if self._failure else 0
            )

    async def renew(self) -> T:
        """For who has reason to believe that it changed; asks the far end only once per pause."""
        async with self._lock:
            return await self._renewed(self._lifetime.pause_between_renewals)

    def _held(self, seconds: float) -> T | None:
        return self._value if self._clock() - self._fetched_at < seconds else None

    async def _renewed(self, pause: float) -> T:
        if self._clock() - self._tried_at >= pause:
            self._tried_at = self._clock()
            try:
                self._value = await self._fetch()
                self._fetched_at, self._failure = self._clock(), None
            except Unavailable as failure:
                self._failure = failure
        held = self._held(self._lifetime.usable)
        if held is None:
            assert self._failure is not None, "what was never fetched has failed"
            raise self._failure
        return held
