import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import aclosing

import pytest
from redis.asyncio import Connection, SSLConnection

from app import redis as carrier
from app.redis import job_client, listen, publish
from app.settings import settings


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """At another address, until the test is over."""
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()
    carrier.redis.cache_clear()


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    settings.cache_clear()
    carrier.redis.cache_clear()


@pytest.mark.usefixtures("redis")
async def test_a_message_reaches_who_listens() -> None:
    heard: list[str | None] = []
    async with aclosing(listen("suite:news", every_seconds=0.05)) as messages:
        async for message in messages:
            heard.append(message)
            if message == "two":
                break
            # None: it listens by now, and nothing had been said.
            if message is None and "one" not in heard:
                assert await publish("suite:news", "one")
                assert await publish("suite:other", "to somebody else")
                assert await publish("suite:news", "two")
    assert [message for message in heard if message] == ["one", "two"]


@pytest.mark.usefixtures("redis")
async def test_silence_is_told_so_that_the_listener_can_look_for_himself() -> None:
    async with aclosing(listen("suite:news", every_seconds=0.01)) as messages:
        assert [await anext(messages) for _ in range(3)] == [None, None, None]


async def test_without_a_server_nothing_waits_and_nothing_breaks(
    elsewhere: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    use(elsewhere, f"redis://127.0.0.1:{port}")
    assert await publish("suite:news") is False
    async with aclosing(listen("suite:news", every_seconds=0.01)) as messages:
        assert [await anext(messages) for _ in range(2)] == [None, None]


async def test_a_frozen_server_is_not_waited_for(elsewhere: pytest.MonkeyPatch) -> None:
    over = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()
        await writer.wait_closed()

    elsewhere.setattr(carrier, "REACH_SECONDS", 0.05)
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        use(elsewhere, f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert await publish("suite:news") is False
        async with aclosing(listen("suite:news", every_seconds=0.01)) as messages:
            assert [await anext(messages) for _ in range(2)] == [None, None]
        await carrier.redis().aclose()
        over.set()


def test_jobs_go_where_the_address_says(elsewhere: pytest.MonkeyPatch) -> None:
    use(elsewhere, "redis://ada:p%40ss@cache.example:7000/3")
    plain = job_client().connection_pool.make_connection()  # type: ignore[no-untyped-call]
    assert isinstance(plain, Connection)
    assert (plain.host, plain.port, plain.db) == ("cache.example", 7000, 3)
    assert (plain.username, plain.password) == ("ada", "p@ss")
    use(elsewhere, "rediss://cache.example")
    carrier.redis.cache_clear()
    for client in (job_client(), carrier.redis()):
        sealed = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        assert isinstance(sealed, SSLConnection)
        assert (sealed.check_hostname, sealed.cert_reqs) == (True, ssl.CERT_REQUIRED)
        assert sealed.password is None
    carrier.redis.cache_clear()


def test_without_an_address_it_says_who_sets_it(elsewhere: pytest.MonkeyPatch) -> None:
    elsewhere.delenv("REDIS_URL", raising=False)
    settings.cache_clear()
    with pytest.raises(AssertionError, match="REDIS_URL"):
        carrier.redis_url()
