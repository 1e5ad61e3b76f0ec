"""Shards: who works on them, who waits for them, and what a payment in between does."""

import asyncio
from datetime import date

import pytest

from app import database as db
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.operation.close.actions import finish_close, start_close
from app.operation.close.errors import BorrowersHeld
from app.operation.close.order import FinishClose, StartClose
from app.operation.close.run import close_until
from app.operation.close.shard import PART_COUNT, hold_borrower, parts_of, shard_of, standing_date
from app.operation.close.shard_work import Plan, close_shard
from app.unit_of_work import unit_of_work
from tests.app.operation.close.book import CLOSER, assert_as_drawn
from tests.factories import LoanKey, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

TODAY, TOMORROW = date(2026, 3, 15), date(2026, 3, 16)
MARCH = [(date(2026, 3, 15), 100_00, 10_00), (date(2026, 4, 15), 100_00, 5_00)]


@pytest.fixture
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.operation.close.actions.SHARD_COUNTS", ())


async def make_book(count: int = 10) -> list[LoanKey]:
    await set_business_date(TODAY)
    return [await make_loan(MARCH) for _ in range(count)]


async def started_plan() -> Plan:
    started = (await start_close(CLOSER, StartClose(to_date=TOMORROW))).result
    return Plan(
        to_date=TOMORROW,
        shard_count=started.shard_count,
        actor="system:0:test",
        audit_id=started.audit_id,
        reminder_days=(),
    )


async def pay(loan: LoanKey, key: str) -> None:
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=110_00,
        currency="CNY",
        value_on=TODAY,
    )
    await post_payment(CLOSER, order, key=key)


async def shards_closed() -> list[int]:
    return [row["shard"] for row in await db.rows("SELECT shard FROM day_close_shard")]


@pytest.mark.parametrize("shard_count", [1, 8, 64])
def test_each_part_belongs_to_one_shard(shard_count: int) -> None:
    parts = [part for shard in range(shard_count) for part in parts_of(shard, shard_count)]
    assert sorted(parts) == list(range(PART_COUNT))
    for customer_id in range(1, 200):
        shard = shard_of(customer_id, shard_count)
        assert customer_id % PART_COUNT in parts_of(shard, shard_count)


@pytest.mark.usefixtures("many_shards")
async def test_two_who_run_the_same_close_share_its_shards() -> None:
    loans = await make_book()
    done = await asyncio.gather(*(close_until(CLOSER, TOMORROW, sessions=2) for _ in range(3)))
    assert sum(len(each) for each in done) == 1
    assert sorted(await shards_closed()) == list(range(64))
    assert await db.value("SELECT on_date FROM business_day") == TOMORROW
    assert await db.value("SELECT count(*) FROM audit_seal") == 1
    for loan in loans:
        await assert_as_drawn(loan, TOMORROW)


async def test_closed_shard_is_not_closed_again() -> None:
    await make_book()
    plan = await started_plan()
    async with db.raw_connection() as connection:
        assert await close_shard(connection, plan, 0)
        assert not await close_shard(connection, plan, 0)
    assert await shards_closed() == [0]


async def test_same_day_again_changes_nothing() -> None:
    loans = await make_book(3)
    await close_until(CLOSER, TOMORROW)
    before = await db.rows("SELECT * FROM loan_standing ORDER BY id")
    # Whoever forgets that it was done finds nothing left to do.
    await db.execute("DELETE FROM day_close_shard WHERE to_date = $1", TOMORROW)
    plan = Plan(
        to_date=TOMORROW,
        shard_count=1,
        actor="system:0:test",
        audit_id=0,
        reminder_days=(-3, 0, 1),
    )
    async with db.raw_connection() as connection:
        assert await close_shard(connection, plan, 0)
    [again] = await db.rows(
        "SELECT loans_changed, cases_changed, reminders_planned FROM day_close_shard"
    )
    assert set(again.values()) == {0}
    assert await db.rows("SELECT * FROM loan_standing ORDER BY id") == before
    await assert_as_drawn(loans[0], TOMORROW)


@pytest.mark.usefixtures("many_shards")
async def test_shard_in_another_workers_hands_is_left_alone() -> None:
    await make_book()
    plan = await started_plan()
    async with db.raw_connection() as one, db.raw_connection() as other:
        transaction = one.transaction()
        await transaction.start()
        assert await one.fetchval("SELECT pg_try_advisory_xact_lock(4171002, 5)")
        assert not await close_shard(other, plan, 5)
        assert await close_shard(other, plan, 6)
        # It dies: nothing of it is left, and the shard is free.
        await transaction.rollback()
        assert await close_shard(other, plan, 5)


async def test_shard_waits_for_a_verb_on_one_of_its_borrowers() -> None:
    loans = await make_book(2)
    plan = await started_plan()
    async with db.raw_connection() as connection:
        async with unit_of_work():
            await hold_borrower(loans[0].customer_id)
            closing = asyncio.create_task(close_shard(connection, plan, 0))
            await asyncio.sleep(0.1)
            assert not closing.done()
        assert await closing


async def test_shard_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.operation.close.shard_work.TURN", "50ms")
    monkeypatch.setattr("app.operation.close.shard_work.TURNS_MAX", 2)
    loans = await make_book(1)
    plan = await started_plan()
    async with db.raw_connection() as connection, unit_of_work():
        await hold_borrower(loans[0].customer_id)
        with pytest.raises(BorrowersHeld) as refusal:
            await close_shard(connection, plan, 0)
    assert refusal.value.facts == {"shard": 1, "total": 1}
    assert await shards_closed() == []


@pytest.mark.usefixtures("many_shards")
async def test_payments_during_a_close_are_seen_whatever_shard_they_fall_into() -> None:
    loans = await make_book(4)
    early, late = loans[0], loans[1]
    plan = await started_plan()
    async with db.raw_connection() as connection:
        assert await close_shard(connection, plan, shard_of(early.customer_id, 64))
        assert await standing_date(early.customer_id) == TOMORROW
        assert await standing_date(late.customer_id) == TODAY
        # Dated on the business date, which the close has not moved yet.
        await pay(early, "early")
        await pay(late, "late")
        await assert_as_drawn(early, TOMORROW)
        await assert_as_drawn(late, TODAY)
        for shard in range(64):
            await close_shard(connection, plan, shard)
    await finish_close(CLOSER, FinishClose(to_date=TOMORROW))
    for loan in loans:
        assert await standing_date(loan.customer_id) == TOMORROW
        await assert_as_drawn(loan, TOMORROW)
    assert await db.value("SELECT count(*) FROM collection_case WHERE closed_on IS NULL") == 2


@pytest.mark.usefixtures("many_shards")
async def test_payments_beside_a_close_leave_every_loan_as_drawn() -> None:
    loans = await make_book(12)
    await asyncio.gather(
        close_until(CLOSER, date(2026, 3, 18), sessions=2),
        *(pay(loan, f"payment {number}") for number, loan in enumerate(loans[:6])),
    )
    for loan in loans:
        await assert_as_drawn(loan, date(2026, 3, 18))
    assert await db.value("SELECT count(*) FROM collection_case WHERE closed_on IS NULL") == 6


async def test_small_book_is_one_shard_and_a_large_one_is_many() -> None:
    await make_book(1)
    assert (await started_plan()).shard_count == 1
