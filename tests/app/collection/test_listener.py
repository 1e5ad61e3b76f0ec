import asyncio

import pytest

from app.actor import Actor
from app.collection import listener as listening
from app.collection.listener import INBOX_MAX, Listener, Message
from app.collection.view import BoardView


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    monkeypatch.setattr(listening, "REFRESH_SPREAD_SECONDS", 0)
    return Listener(BoardView(Actor.system("test")), "tab")


async def test_messages_come_in_their_order(listener: Listener) -> None:
    listener.tell(Message(1))
    listener.tell(Message(2))
    assert [await listener.next(), await listener.next()] == [Message(1), Message(2)]


async def test_a_waiting_listener_is_woken(listener: Listener) -> None:
    waiting = asyncio.create_task(listener.next())
    await asyncio.sleep(0)
    listener.tell(Message(3))
    assert await waiting == Message(3)


async def test_who_is_too_slow_fetches_the_board_anew(listener: Listener) -> None:
    for id in range(INBOX_MAX + 5):
        listener.tell(Message(id))
    assert await listener.next() == Message(0, is_refresh=True)
    listener.tell(Message(99))
    assert await listener.next() == Message(99)


async def test_many_reasons_to_refresh_are_one(listener: Listener) -> None:
    listener.tell(Message(1))
    for _ in range(100):
        listener.refresh()
    listener.tell(Message(2))
    assert await listener.next() == Message(0, is_refresh=True)
    # What was told before and meanwhile is in the board that is fetched.
    listener.close()
    assert await listener.next() is None


async def test_refreshes_keep_their_distance(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PING_SECONDS", 0.05)
    listener.refresh()
    assert await listener.next() == Message(0, is_refresh=True)
    listener.refresh()
    assert await listener.next() is None


async def test_silence_is_told(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PING_SECONDS", 0.01)
    assert await listener.next() is None
    assert listener.is_open


async def test_a_closed_listener_hears_nothing_more(listener: Listener) -> None:
    waiting = asyncio.create_task(listener.next())
    await asyncio.sleep(0)
    listener.close()
    assert await waiting is None
    assert not listener.is_open
