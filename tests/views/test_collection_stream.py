"""What an open board is sent."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from app import database as db
from app import redis as redis_module
from app.actor import Actor
from app.collection import listener, live, news
from app.collection.actions import move_case
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.permission import Role
from app.task import end
from tests.app.collection.rows import (
    CaseKey,
    Office,
    make_office,
    team_case,
)
from tests.app.identity.browser import application as guarded
from tests.app.identity.people import session_of, somebody
from tests.app.web.site import COOKIE
from tests.views.board import BOARD, cards_in, got, heads_in
from tests.views.client import application
from views import collection as pages

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def office() -> Office:
    return await make_office()


class Stream:
    """What a browser gets of an answer that does not end."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.ended = asyncio.Event()
        self._parts: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            self.status = int(str(message["status"]))
            pairs: list[tuple[bytes, bytes]] = message["headers"]  # type: ignore[assignment]
            self.headers = {name.decode(): value.decode() for name, value in pairs}
        elif body := message.get("body"):
            assert isinstance(body, bytes)
            await self._parts.put(body.decode())

        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.ended.set()

    @property
    def is_silent(self) -> bool:
        return self._parts.empty()

    async def next(self) -> str:
        async with asyncio.timeout(5):
            return await self._parts.get()


@asynccontextmanager
async def stream(
    reader: Actor | None = None, *, query: str = "", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Stream]:
    """Without a reader, who listens is whoever the cookie says."""
    opened, gone = Stream(), asyncio.Event()
    told = {"Host": "127.0.0.1:8000", **(headers or {})}
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": f"{BOARD}/events", "raw_path": b"", "query_string": query.encode(), "root_path": "",
        "headers": [(n.lower().encode(), v.encode()) for n, v in told.items()],
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 50000),
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        await gone.wait()
        return {"type": "http.disconnect"}

    app = application(pages.routes, actor=reader) if reader else guarded(*pages.routes)
    serving = asyncio.create_task(app(scope, receive, opened.send))  # type: ignore[arg-type]
    try:
        yield opened
    finally:
        gone.set()
        await end(serving)


@pytest.fixture
async def broker(
    office: Office, redis: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[live.Broker]:
    monkeypatch.setattr(live, "GATHER_SECONDS", 0.02)
    monkeypatch.setattr(live, "LOOK_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(listener, "REFRESH_SPREAD_SECONDS", 0)
    redis_module.redis.cache_clear()
    await live.start()
    running = live.broker()
    assert running is not None
    await running.begin()
    yield running
    await live.stop()
    await redis_module.redis().aclose()


async def move(reader: Actor, key: CaseKey, stage: Stage, version: int = 1) -> None:
    await move_case(
        reader,
        MoveCase(
            customer_id=key.customer_id, case_id=key.case_id, stage=stage, expected_version=version
        ),
    )


async def test_a_stream_says_where_it_stands_then_what_happens(
    broker: live.Broker, office: Office
) -> None:
    key = await team_case(office, name="王芳")
    async with stream(office.ada, headers={"Accept-Language": "zh-CN"}) as opened:
        first = await opened.next()
        assert first == f"id: {broker.frontier.id}\nevent: alive\ndata: \n\n"
        assert opened.status == 200
        assert opened.headers["content-type"].startswith("text/event-stream")
        assert opened.headers["x-accel-buffering"] == "no"
        await move(office.lead, key, Stage.promised)
        told = await opened.next()
    fields = [line.partition(": ") for line in told.strip().splitlines()]
    assert {name for name, _, _ in fields} == {"id", "data"}
    body = "\n".join(value for name, _, value in fields if name == "data")
    assert cards_in(body) == [key.case_id]
    assert set(heads_in(body)) == {"to_contact", "promised"}
    assert "承诺还款" in body
    # Only partials: whatever else there was would land in the page.
    assert re.sub(r"<hx-partial.*?</hx-partial>", "", body, flags=re.DOTALL).strip() == ""


async def test_a_stream_replays_what_a_browser_missed(broker: live.Broker, office: Office) -> None:
    """By the browser's own header when it comes again, by the page's address at first."""
    early, late = await team_case(office), await team_case(office)
    await move(office.lead, early, Stage.promised)
    since = await news.newest_id()
    await move(office.lead, late, Stage.promised)
    async with stream(office.ada, query=f"since={since}") as opened:
        assert cards_in(await opened.next()) == [late.case_id]
    headers = {"Last-Event-ID": str(since)}
    async with stream(office.ada, query=f"since={since - 1}", headers=headers) as opened:
        assert cards_in(await opened.next()) == [late.case_id]
    async with stream(office.grace, query=f"since={since}") as opened:
        assert "alive" in await opened.next()


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 40, "１"])
async def test_a_mistyped_id_begins_now(broker: live.Broker, office: Office, since: str) -> None:
    async with stream(office.ada, headers={"Last-Event-ID": "x"}, query=f"since={since}") as opened:
        assert "event: alive" in await opened.next()


async def test_a_flood_is_one_refresh(broker: live.Broker, office: Office) -> None:
    since = await news.newest_id()
    for _ in range(live.CASES_MAX + 1):
        key = await team_case(office)
        await db.execute(
            "INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)"
            " VALUES (now(), $1, $2, '', 'to_contact', '')",
            *key,
        )
    async with stream(office.ada, query=f"since={since}") as opened:
        assert "event: refresh\n" in await opened.next()


async def test_a_closed_tab_is_forgotten(broker: live.Broker, office: Office) -> None:
    async with stream(office.ada) as opened:
        await opened.next()
        assert broker.listener_count == 1
    assert broker.listener_count == 0


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE session SET ended_at = now()",
        "UPDATE session SET expires_at = now()",
        "UPDATE session SET seen_at = now() - interval '3 hours'",
        "UPDATE user_account SET barred_at = now()",
        "UPDATE user_account SET roles = '[]'",
    ],
    ids=["signed out", "too old", "left alone", "barred", "lost the right"],
)
async def test_a_stream_ends_with_its_session(
    broker: live.Broker, office: Office, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """And the news that shows it is not told any more."""
    monkeypatch.setattr(pages, "SESSION_LOOKED_AT_SECONDS", 0)
    key = await team_case(office)
    cookie = {"Cookie": f"{COOKIE}={await session_of(await somebody(Role.management))}"}
    async with stream(headers=cookie) as opened:
        assert "event: alive" in await opened.next()
        await move(office.lead, key, Stage.contacted)
        assert cards_in(await opened.next()) == [key.case_id]
        await db.execute(ending)
        await move(office.lead, key, Stage.promised, version=2)
        async with asyncio.timeout(5):
            await opened.ended.wait()
        assert opened.is_silent
    assert broker.listener_count == 0
    async with stream(headers=cookie) as again:
        async with asyncio.timeout(5):
            await again.ended.wait()
        assert again.status in (303, 403)


async def test_a_silent_stream_ends_with_its_session_too(
    broker: live.Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SESSION_LOOKED_AT_SECONDS", 0)
    monkeypatch.setattr(listener, "PING_SECONDS", 0.1)
    word = await session_of(await somebody(Role.management))
    async with stream(headers={"Cookie": f"{COOKIE}={word}"}) as opened:
        assert "event: alive" in await opened.next()
        await db.execute("UPDATE session SET ended_at = now()")
        async with asyncio.timeout(5):
            await opened.ended.wait()


async def test_a_page_begins_to_listen_before_it_is_read(
    broker: live.Broker, office: Office
) -> None:
    page = (await got(office.ada, "?whose=mine")).text
    assert f'data-live-url="{BOARD}/events?whose=mine&amp;since={broker.frontier.id}"' in page


async def test_without_a_broker_there_is_no_stream(office: Office) -> None:
    assert (await got(office.ada, "/events")).status_code == 503


async def test_the_stream_is_for_readers_of_cases(office: Office) -> None:
    assert (await got(office.watcher(Role.administrator), "/events")).status_code == 403
