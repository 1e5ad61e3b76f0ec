"""Whom the broker tells what. Real rows, a real Redis, no browser."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from app import database as db
from app import redis as redis_module
from app.actor import Actor
from app.collection import listener, live, news
from app.collection.actions import move_case
from app.collection.case import refresh_case
from app.collection.listener import Message
from app.collection.live import Broker
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.collection.view import BoardFilter, BoardView, Whose
from app.permission import Role, RowScope
from app.unit_of_work import unit_of_work
from app.verb import Work
from tests.app.collection.rows import CaseKey, Office, make_case, make_office, team_case
from tests.factories import BUSINESS_DATE, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database", "redis")

TOLD_SECONDS = 5
SILENT_SECONDS = 0.4
EVERYTHING = BoardFilter()


@pytest.fixture
async def office() -> Office:
    return await make_office()


@pytest.fixture
async def broker(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Broker]:
    monkeypatch.setattr(live, "GATHER_SECONDS", 0.02)
    monkeypatch.setattr(live, "LOOK_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(listener, "REFRESH_SPREAD_SECONDS", 0)
    redis_module.redis.cache_clear()
    # As after any day of work: ids do not begin with a gap.
    await tell_by_hand(await team_case(office, closed=True))
    await live.start()
    running = live.broker()
    assert running is not None
    await running.begin()
    yield running
    await live.stop()
    await redis_module.redis().aclose()


Told = AsyncGenerator[Message, None]


@asynccontextmanager
async def open_board(
    broker: Broker,
    reader: Actor,
    wanted: BoardFilter = EVERYTHING,
    *,
    client_id: str = "",
    since: int | None = None,
) -> AsyncIterator[Told]:
    """Past its first message, which is what was missed."""
    told = broker.listen(BoardView(reader, wanted), client_id=client_id, since=since)
    try:
        await anext(told)
        yield told
    finally:
        await told.aclose()


async def all_of(told: Told) -> list[Message]:
    return [message async for message in told]


async def hears(told: Told) -> Message:
    return await asyncio.wait_for(anext(told), TOLD_SECONDS)


async def hears_nothing(told: Told) -> None:
    """The wait ends the stream, as closing a tab does."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(told), SILENT_SECONDS)


async def move(
    reader: Actor, key: CaseKey, stage: Stage, *, version: int = 1, tab: str = ""
) -> None:
    order = MoveCase(
        customer_id=key.customer_id, case_id=key.case_id, stage=stage, expected_version=version
    )
    with news.caused_by(tab):
        await move_case(reader, order)


async def test_a_colleague_sees_the_move(broker: Broker, office: Office) -> None:
    key = await team_case(office, name="王芳", overdue_minor=700)
    async with open_board(broker, office.lead) as told:
        await move(office.ada, key, Stage.promised)
        message = await hears(told)
    [card] = message.cards
    assert (card.id, card.name, card.stage, card.version) == (
        key.case_id, "王芳", Stage.promised, 2,
    )  # fmt: skip
    assert {head.stage: (head.count, dict(head.sums_minor)) for head in message.heads} == {
        Stage.to_contact: (0, {}),
        Stage.promised: (1, {"CNY": 700}),
    }
    assert message.gone == []
    assert message.id == await news.newest_id()


async def test_who_may_not_see_the_case_hears_nothing_of_it(broker: Broker, office: Office) -> None:
    key = await team_case(office)
    own = replace(office.ada, id=10**6, row_scope=RowScope.own)
    async with open_board(broker, office.grace) as other_team, open_board(broker, own) as no_case:
        await move(office.ada, key, Stage.promised)
        await hears_nothing(other_team)
        await hears_nothing(no_case)


async def test_who_only_watches_hears_masked_names(broker: Broker, office: Office) -> None:
    key = await team_case(office, name="王芳")
    async with open_board(broker, office.watcher(Role.management)) as told:
        await move(office.ada, key, Stage.promised)
        assert [card.name for card in (await hears(told)).cards] == ["王*"]


async def test_the_tab_that_moved_it_knows_already(broker: Broker, office: Office) -> None:
    key = await team_case(office)
    async with (
        open_board(broker, office.ada, client_id="tab-1") as same_tab,
        open_board(broker, office.ada, client_id="tab-2") as other_tab,
    ):
        await move(office.ada, key, Stage.promised, tab="tab-1")
        assert len((await hears(other_tab)).cards) == 1
        await hears_nothing(same_tab)


async def test_a_case_outside_the_filter_is_gone(broker: Broker, office: Office) -> None:
    """The reader may know of it, but his board does not show it; the sums may have changed."""
    key = await team_case(office)
    async with open_board(broker, office.ada, BoardFilter(whose=Whose.mine)) as told:
        await move(office.ada, key, Stage.promised)
        message = await hears(told)
    assert ([card.id for card in message.gone], message.cards) == ([key.case_id], [])


async def test_a_cured_borrowers_card_leaves_and_his_new_one_comes(
    broker: Broker, office: Office
) -> None:
    key = await team_case(office)
    async with open_board(broker, office.ada) as told:
        await refresh(key.customer_id)
        message = await hears(told)
        assert ([card.id for card in message.gone], message.cards) == ([key.case_id], [])
        assert [(head.stage, head.count) for head in message.heads] == [(Stage.to_contact, 0)]

        due_on = BUSINESS_DATE - timedelta(days=4)
        await make_loan([(due_on, 5_000, 100)], customer_id=key.customer_id)
        await refresh(key.customer_id)
        message = await hears(told)
        assert [(card.days_late, card.overdue_minor) for card in message.cards] == [(4, 5_100)]
        assert [(head.stage, head.count) for head in message.heads] == [(Stage.to_contact, 1)]


async def refresh(customer_id: int) -> None:
    async with unit_of_work():
        work = Work(Actor.system("test"), BUSINESS_DATE, audit_id=0)
        await refresh_case(work, customer_id)


async def test_a_late_commit_with_a_lower_id_is_told(broker: Broker, office: Office) -> None:
    slow, quick = await team_case(office), await team_case(office)
    async with open_board(broker, office.ada) as told:
        async with unit_of_work():
            await tell_by_hand(slow)
            # In a task of its own: it must not join the open transaction.
            await in_another_connection(quick)
            assert [card.id for card in (await hears(told)).cards] == [quick.case_id]
        message = await hears(told)
    assert [card.id for card in message.cards] == [slow.case_id]
    # Only now is nothing missing below it.
    assert message.id == await news.newest_id()


async def tell_by_hand(key: CaseKey) -> None:
    await db.execute(
        "INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)"
        " VALUES (now(), $1, $2, 'to_contact', 'to_contact', '')",
        *key,
    )


async def in_another_connection(key: CaseKey) -> None:
    async with db.raw_connection() as connected:
        await connected.execute(
            "INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)"
            " VALUES (now(), $1, $2, 'to_contact', 'to_contact', '')",
            *key,
        )


async def test_a_browser_that_was_away_hears_what_it_missed(broker: Broker, office: Office) -> None:
    first, second = await team_case(office), await team_case(office)
    foreign = await make_case(branch_id=office.branch_id, team_id=office.other_team_id)
    await move(office.ada, first, Stage.contacted)
    since = await news.newest_id()
    for stage, version in ((Stage.promised, 1), (Stage.legal, 2)):
        await move(office.ada, second, stage, version=version)
    await move(office.grace, foreign, Stage.legal)
    told = broker.listen(BoardView(office.ada), client_id="", since=since)
    message = await hears(told)
    await told.aclose()
    # Once, as it stands now.
    assert [(card.id, card.stage) for card in message.cards] == [(second.case_id, Stage.legal)]


async def test_a_browser_that_missed_nothing_hears_where_it_is(
    broker: Broker, office: Office
) -> None:
    told = broker.listen(BoardView(office.ada), client_id="", since=await live.since())
    assert await hears(told) == Message(broker.frontier.id)
    await told.aclose()


@pytest.mark.parametrize("reason", ["flood", "forgotten"])
async def test_a_gap_too_large_is_fetched_anew(broker: Broker, office: Office, reason: str) -> None:
    since = await news.newest_id()
    for _ in range(live.CASES_MAX + 1 if reason == "flood" else 2):
        await tell_by_hand(await team_case(office))
    if reason == "forgotten":
        await db.execute(
            "DELETE FROM live_event WHERE id <= (SELECT min(id) FROM live_event WHERE id > $1)",
            since,
        )
    told = broker.listen(BoardView(office.ada), client_id="", since=since)
    assert (await hears(told)).is_refresh
    await told.aclose()


async def test_a_close_of_business_is_not_told_card_by_card(broker: Broker, office: Office) -> None:
    keys = [await team_case(office) for _ in range(live.CASES_MAX + 1)]
    async with open_board(broker, office.ada) as told:
        async with unit_of_work():
            for key in keys:
                await tell_by_hand(key)
        assert (await hears(told)).is_refresh


async def test_a_new_business_date_makes_every_card_a_day_older(
    broker: Broker, office: Office
) -> None:
    async with open_board(broker, office.ada) as told:
        await set_business_date(BUSINESS_DATE + timedelta(days=1))
        assert (await hears(told)).is_refresh


async def test_without_redis_boards_hear_all_the_same(
    broker: Broker, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process committed: nobody wakes us, we look."""

    async def away(*_: object) -> bool:
        return False

    monkeypatch.setattr(redis_module, "publish", away)
    key = await team_case(office)
    async with open_board(broker, office.ada) as told:
        await in_another_connection(key)
        assert [card.id for card in (await hears(told)).cards] == [key.case_id]


async def test_news_of_this_process_wake_the_others(broker: Broker, office: Office) -> None:
    key = await team_case(office)
    async with redis_module.redis().pubsub() as ear:
        await ear.subscribe(live.CHANNEL)
        await move(office.ada, key, Stage.promised)
        for _ in range(50):
            message = await ear.get_message(ignore_subscribe_messages=True, timeout=0.1)
            if message is not None:
                break
        assert message is not None


async def test_a_broken_round_is_tried_again(
    broker: Broker, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away between two moves; nothing of ours needs a restart."""
    key, real, broken = await team_case(office), news.after, 0

    async def after(id: int, **more: object) -> object:
        nonlocal broken
        broken += 1
        if broken < 4:
            raise ConnectionError
        return await real(id, **more)  # type: ignore[arg-type]

    async with open_board(broker, office.ada) as told:
        monkeypatch.setattr(news, "after", after)
        await move(office.ada, key, Stage.promised)
        assert [card.id for card in (await hears(told)).cards] == [key.case_id]
    assert broken >= 4


async def test_two_readers_of_one_audience_are_asked_for_once(
    broker: Broker, office: Office
) -> None:
    key = await team_case(office)
    colleague = replace(office.ada, id=10**6, name="Colleague")
    async with open_board(broker, office.ada) as one, open_board(broker, colleague) as other:
        await move(office.lead, key, Stage.promised)
        assert await hears(one) is await hears(other)


async def test_stopping_ends_the_streams(broker: Broker, office: Office) -> None:
    async with open_board(broker, office.ada) as told:
        waiting = asyncio.create_task(all_of(told))
        await asyncio.sleep(0)
        live.close_streams()
        async with asyncio.timeout(TOLD_SECONDS):
            assert len(await waiting) <= 1
