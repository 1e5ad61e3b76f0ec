"""One open board's stream: what it is told, and when it is told to fetch itself anew instead."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import uniform
from time import monotonic

from app.collection.card import Card, Head
from app.collection.view import BoardView

INBOX_MAX = 20
PING_SECONDS = 15.0
# All boards at once would be a storm.
REFRESH_SPREAD_SECONDS = 3.0
REFRESH_EVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """What one audience is told: how things stand now, so hearing it twice does no harm."""

    # Everything up to it has been told.
    id: int
    cards: Sequence[Card] = ()
    gone: Sequence[Card] = ()
    heads: Sequence[Head] = ()
    is_refresh: bool = False
    # By language; all listeners of an audience are sent the same text.
    drawn: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_empty(self) -> bool:
        return not (self.cards or self.gone or self.heads)


@dataclass(eq=False, slots=True)
class Listener:
    view: BoardView
    client_id: str = ""
    is_open: bool = True
    _inbox: deque[Message] = field(default_factory=deque)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _refresh_at: float | None = None
    _refreshed_at: float = float("-inf")

    def tell(self, message: Message) -> None:
        """Never waits: who listens too slowly fetches his board anew."""
        if self._refresh_at is None:
            self._inbox.append(message)
            if len(self._inbox) > INBOX_MAX:
                self.refresh()
            self._changed.set()

    def refresh(self) -> None:
        """Once for many reasons, and not with all the others at the same moment."""
        self._inbox.clear()
        if self._refresh_at is None:
            earliest = self._refreshed_at + REFRESH_EVERY_SECONDS
            self._refresh_at = max(monotonic() + uniform(0, REFRESH_SPREAD_SECONDS), earliest)
        self._changed.set()

    def close(self) -> None:
        self.is_open = False
        self._changed.set()

    async def next(self) -> Message | None:
        """None after a while of silence, and at the end."""
        ends = monotonic() + PING_SECONDS
        while self.is_open and (now := monotonic()) < ends:
            if self._refresh_at is not None and now >= self._refresh_at:
                self._refresh_at, self._refreshed_at = None, now
                return Message(0, is_refresh=True)
            if self._inbox:
                return self._inbox.popleft()
            self._changed.clear()
            due = min(ends, self._refresh_at or ends)
            with suppress(TimeoutError):
                async with asyncio.timeout(due - now):
                    await self._changed.wait()
        return None
