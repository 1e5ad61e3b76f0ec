"""Tells open boards what others did.

One broker for each web process. A change leaves its row in the database; Redis only wakes the
brokers, and while it is away they look by themselves. Each listener gets only what his view
shows, and one that is too slow fetches his board anew rather than filling our memory."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from time import monotonic

from app import outbox, redis
from app.collection import news, queries
from app.collection.card import Card
from app.collection.frontier import Frontier
from app.collection.listener import Listener, Message
from app.collection.models import Stage
from app.collection.news import News
from app.collection.view import BoardView
from app.log import get_logger
from app.operation.business_day import current_business_date
from app.task import end

CHANNEL = "afterloan:board"
LOOK_EVERY_SECONDS = 2.0
# A burst is told at once: the sum of a column is asked for once, not for each of its cards.
GATHER_SECONDS = 0.1
NEWS_MAX = 500
# More cases than this in one go (a close of business) and boards are fetched anew instead.
CASES_MAX = 40
# The browser comes again with its cookie, so that an ended session ends here too.
STREAM_SECONDS = 300.0

log = get_logger(__name__)


class Broker:
    def __init__(self) -> None:
        self.frontier = Frontier(0)
        self._on: date | None = None
        self._listeners: set[Listener] = set()
        self._woken = asyncio.Event()
        self._has_own_news = False

    async def begin(self) -> date:
        """From now on, when the database first answers; the business date it tells by."""
        if self._on is None:
            self.frontier = Frontier(await news.newest_id())
            self._on = await current_business_date()
        return self._on

    async def run(self) -> None:
        """Until cancelled. Whatever a round meets, the next one goes on from where it was."""
        ear = asyncio.create_task(self._hear_of_wakes())
        try:
            with outbox.woken(self.wake):
                while True:
                    with suppress(TimeoutError):
                        # Not `wait_for`: Python 3.11's swallows a cancellation that comes together
                        # with the event, and this would go on for ever.
                        async with asyncio.timeout(LOOK_EVERY_SECONDS):
                            await self._woken.wait()
                    self._woken.clear()
                    await asyncio.sleep(GATHER_SECONDS)
                    await self._try_to(self._look)
        finally:
            await end(ear)

    @property
    def listener_count(self) -> int:
        return len(self._listeners)

    def wake(self) -> None:
        """Something was committed in this process; the others are told when it was news."""
        self._has_own_news = True
        self._woken.set()

    def close(self) -> None:
        """Ends all streams; browsers come back by themselves, to this process or another."""
        for listener in self._listeners:
            listener.close()

    async def listen(
        self, view: BoardView, *, client_id: str, since: int | None
    ) -> AsyncGenerator[Message, None]:
        """First what was missed after `since`, then what happens; empty messages are signs of
        life."""
        listener = Listener(view, client_id)
        self._listeners.add(listener)
        ends = monotonic() + STREAM_SECONDS
        try:
            yield await self._missed(view, since)
            while listener.is_open and monotonic() < ends:
                yield await listener.next() or Message(self.frontier.id)
        finally:
            self._listeners.discard(listener)

    async def _hear_of_wakes(self) -> None:
        while True:
            await self._try_to(self._hear_redis)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _hear_redis(self) -> None:
        async for message in redis.listen(CHANNEL, every_seconds=LOOK_EVERY_SECONDS):
            if message is not None:
                self._woken.set()

    async def _try_to(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except Exception as error:
            log.warning("board.waiting", error=type(error).__name__)

    async def _look(self) -> None:
        has_own_news, self._has_own_news = self._has_own_news, False
        told_on = await self.begin()
        heard = await self._hear()
        self._on = await current_business_date()
        if self._on != told_on:
            self._refresh(self._listeners)
        elif heard:
            await self._spread(heard, told_on)
        if heard and has_own_news:
            await redis.publish(CHANNEL)

    async def _hear(self) -> list[News]:
        """All that is new; of a flood only the first of it, which is enough to know it is one."""
        told: list[News] = []
        while True:
            found = await news.after(self.frontier.id, limit=NEWS_MAX, but=self.frontier.above)
            new = set(self.frontier.hear((one.id for one in found), monotonic()))
            if len(told) <= NEWS_MAX:
                told += [one for one in found if one.id in new]
            if len(found) < NEWS_MAX:
                return told

    async def _spread(self, heard: Sequence[News], on: date) -> None:
        cases = {one.case for one in heard}
        if len(cases) > CASES_MAX:
            self._refresh(self._listeners)
            return
        cards = await queries.cards(sorted(cases), on)
        for audience in self._audiences(on):
            message = await self._message(audience[0].view, cards, heard, on)
            if not message.is_empty:
                told = _clients(heard, message)
                for listener in audience:
                    # The tab that caused all of it knows it from the answer to its request.
                    if not listener.client_id or told != {listener.client_id}:
                        listener.tell(message)

    def _audiences(self, on: date) -> Iterable[Sequence[Listener]]:
        """Listeners whose boards show the same to the same kind of reader."""
        audiences: dict[object, list[Listener]] = {}
        for listener in self._listeners:
            audiences.setdefault(listener.view.audience(on), []).append(listener)
        return audiences.values()

    async def _message(
        self, view: BoardView, cards: Sequence[Card], heard: Collection[News], on: date
    ) -> Message:
        reached = [card for card in cards if view.reaches(card)]
        if not reached:
            return Message(self.frontier.id)
        ids = {card.id for card in reached}
        stages = {card.stage for card in reached}.union(
            *(one.stages for one in heard if one.case_id in ids)
        )
        heads = await queries.heads(view, on, [stage for stage in Stage if stage in stages])
        return Message(
            self.frontier.id,
            cards=[card.seen_by(view.actor) for card in reached if view.shows(card, on)],
            gone=[card for card in reached if not view.shows(card, on)],
            heads=list(heads.values()),
        )

    async def _missed(self, view: BoardView, since: int | None) -> Message:
        on = await self.begin()
        # Taken before the rows are read: what comes later reaches the listener, who is known by
        # now.
        told = self.frontier.id
        if since is None:
            return Message(told)
        heard = await news.after(since, limit=NEWS_MAX)
        cases = {one.case for one in heard}
        if len(heard) == NEWS_MAX or len(cases) > CASES_MAX or not await news.is_kept(since):
            return Message(told, is_refresh=True)
        cards = await queries.cards(sorted(cases), on) if cases else []
        return replace(await self._message(view, cards, heard, on), id=told)

    def _refresh(self, listeners: Iterable[Listener]) -> None:
        for listener in listeners:
            listener.refresh()


def _clients(heard: Collection[News], message: Message) -> set[str]:
    """Whose doing the message is; nobody's when the system did part of it."""
    ids = {card.id for card in (*message.cards, *message.gone)}
    return {one.client_id for one in heard if one.case_id in ids}


_running: tuple[Broker, "asyncio.Task[None]"] | None = None


async def start() -> None:
    """Once for each web process; waits for its database by itself."""
    global _running
    broker = Broker()
    _running = broker, asyncio.create_task(broker.run(), name="board")


async def stop() -> None:
    global _running
    if _running is None:
        return
    (broker, task), _running = _running, None
    broker.close()
    await end(task)


def close_streams() -> None:
    """For the signal that ends the process: a server waits for its open answers first."""
    if _running is not None:
        _running[0].close()


def broker() -> Broker | None:
    return _running[0] if _running else None


async def since() -> int:
    """From where a page that is read from now on begins to listen."""
    if _running is None:
        return await news.newest_id()
    await _running[0].begin()
    return _running[0].frontier.id


async def announce() -> None:
    """For a process without a broker, after its commit. Best effort: brokers look by themselves."""
    await redis.publish(CHANNEL)
