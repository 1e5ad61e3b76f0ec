from datetime import UTC, date, datetime

import pytest

from app import clock
from app import database as db
from app.errors import Forbidden
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.operation.close.actions import finish_close, release_loan, start_close
from app.operation.close.errors import (
    DateTooFarAhead,
    NoCloseRuns,
    NotInQuarantine,
    NotTheNextDay,
    ShardsOpen,
    StillBroken,
)
from app.operation.close.order import FinishClose, ReleaseLoan, StartClose
from app.operation.close.run import close_until
from app.permission import Role
from tests.app.operation.close.book import CLOSER, assert_as_drawn, close_to
from tests.factories import LoanKey, actor_of, make_loan, set_business_date

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.tampers]

MARCH = [(date(2026, 3, 15), 100_00, 10_00), (date(2026, 4, 15), 100_00, 5_00)]
TOMORROW = date(2026, 3, 16)


async def closes() -> list[tuple[date, str]]:
    found = await db.rows("SELECT to_date, state FROM day_close ORDER BY to_date")
    return [(row["to_date"], row["state"]) for row in found]


async def release(loan: LoanKey) -> None:
    order = ReleaseLoan(customer_id=loan.customer_id, loan_id=loan.loan_id)
    await release_loan(CLOSER, order)


async def test_close_leads_to_the_next_day_and_to_no_other() -> None:
    await set_business_date(date(2026, 3, 15))
    for to_date in (date(2026, 3, 15), date(2026, 3, 17), date(2026, 3, 1)):
        with pytest.raises(NotTheNextDay):
            await start_close(CLOSER, StartClose(to_date=to_date))
    assert await closes() == []


async def test_close_does_not_run_away_from_the_calendar() -> None:
    await set_business_date(date(2026, 4, 15))
    with (
        clock.frozen_at(datetime(2026, 3, 15, 20, tzinfo=UTC)),
        pytest.raises(DateTooFarAhead) as refusal,
    ):
        # In Shanghai it is the 16th by then: 31 days ahead is the 16th of April.
        await close_until(CLOSER, date(2026, 4, 17))
    assert refusal.value.facts["to_date"] == date(2026, 4, 17)
    assert await closes() == [(date(2026, 4, 16), "done")]


async def test_only_who_may_close_closes() -> None:
    await set_business_date(date(2026, 3, 15))
    for role in set(Role) - {Role.administrator}:
        with pytest.raises(Forbidden):
            await close_until(actor_of(role), TOMORROW)
        with pytest.raises(Forbidden):
            await start_close(actor_of(role), StartClose(to_date=TOMORROW))
    assert await closes() == []
    await close_until(actor_of(Role.administrator), TOMORROW)
    assert await closes() == [(TOMORROW, "done")]


async def test_second_start_joins_the_first() -> None:
    await set_business_date(date(2026, 3, 15))
    first = (await start_close(CLOSER, StartClose(to_date=TOMORROW))).result
    second = (await start_close(CLOSER, StartClose(to_date=TOMORROW))).result
    assert first == second
    assert await closes() == [(TOMORROW, "running")]
    assert await db.value("SELECT count(*) FROM outbox") == 0


async def test_start_in_the_background_asks_a_worker() -> None:
    await set_business_date(date(2026, 3, 15))
    await start_close(CLOSER, StartClose(to_date=TOMORROW, in_background=True))
    [row] = await db.rows("SELECT topic, payload::text FROM outbox")
    assert (row["topic"], row["payload"]) == ("operation.close_day", '{"to_date": "2026-03-16"}')


async def test_close_is_not_finished_while_a_shard_is_open() -> None:
    await set_business_date(date(2026, 3, 15))
    with pytest.raises(NoCloseRuns):
        await finish_close(CLOSER, FinishClose(to_date=TOMORROW))
    await start_close(CLOSER, StartClose(to_date=TOMORROW))
    with pytest.raises(ShardsOpen) as refusal:
        await finish_close(CLOSER, FinishClose(to_date=TOMORROW))
    assert refusal.value.facts == {"open": 1, "total": 1}
    assert await db.value("SELECT on_date FROM business_day") == date(2026, 3, 15)


async def test_close_leaves_two_audit_entries_and_a_seal() -> None:
    await set_business_date(date(2026, 3, 15))
    await make_loan(MARCH)
    [done] = await close_until(actor_of(Role.administrator, name="Grace Hopper"), TOMORROW)
    assert (done.loans_changed, done.cases_changed, done.loans_set_aside) == (1, 1, 0)
    entries = await db.rows("SELECT id, verb, actor, body FROM audit_entry ORDER BY id")
    assert [(row["verb"], row["actor"]) for row in entries] == [
        ("day.start_close", "user:1:Grace Hopper"),
        ("day.finish_close", "user:1:Grace Hopper"),
    ]
    assert '"loans_changed":1' in entries[1]["body"]
    # The case that was opened is explained by the entry of the start.
    assert await db.value("SELECT audit_id FROM case_event") == entries[0]["id"]
    assert await db.value("SELECT occasion FROM audit_seal") == "close 2026-03-16"


async def test_loan_without_its_instalments_is_set_aside_and_the_others_go_on() -> None:
    await set_business_date(date(2026, 3, 15))
    broken, whole = await make_loan(MARCH), await make_loan(MARCH)
    await db.execute("DELETE FROM instalment WHERE loan_id = $1 AND number = 2", broken.loan_id)
    [done] = await close_to(TOMORROW)
    assert (done.loans_changed, done.loans_set_aside) == (1, 1)
    await assert_as_drawn(whole, TOMORROW)
    [row] = await db.rows("SELECT loan_id, to_date, code, facts::text FROM quarantine")
    assert (row["loan_id"], row["to_date"]) == (broken.loan_id, TOMORROW)
    assert (row["code"], row["facts"]) == ("schedule_incomplete", '{"found": 1, "expected": 2}')
    # It is left out of the next close, too, and not set aside a second time.
    await close_to(date(2026, 3, 18))
    assert await db.value("SELECT count(*) FROM quarantine") == 1


async def test_released_loan_has_lived_through_the_days_it_missed() -> None:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan(MARCH)
    await db.execute("DELETE FROM instalment WHERE loan_id = $1", loan.loan_id)
    await close_to(date(2026, 4, 20))
    assert await db.value("SELECT count(*) FROM collection_case") == 0
    await release(loan)
    await assert_as_drawn(loan, date(2026, 4, 20))
    assert await db.value("SELECT released_by FROM quarantine") == "system:0:test"
    assert await db.value("SELECT overdue_minor FROM collection_case") == 215_00
    await close_to(date(2026, 6, 1))
    await assert_as_drawn(loan, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE loan SET instalment_count = 3 WHERE id = $1", "schedule_incomplete"),
        ("DELETE FROM loan_event WHERE loan_id = $1", "events_missing"),
    ],
)
async def test_loan_that_is_still_broken_stays_aside(damage: str, code: str) -> None:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan(MARCH)
    await db.execute("DELETE FROM instalment WHERE loan_id = $1", loan.loan_id)
    await db.rows("ALTER TABLE loan_event DISABLE TRIGGER USER")
    await db.execute(damage, loan.loan_id)
    await db.rows("ALTER TABLE loan_event ENABLE TRIGGER USER")
    await close_to(TOMORROW)
    order = ReleaseLoan(customer_id=loan.customer_id, loan_id=loan.loan_id)
    foretold = await release_loan.may(CLOSER, order)
    with pytest.raises(StillBroken) as refusal:
        await release(loan)
    assert refusal.value.facts["reason_code"] == code
    assert foretold is not None
    assert foretold.facts == refusal.value.facts
    assert await db.value("SELECT count(*) FROM instalment") == 0
    assert await db.value("SELECT count(*) FROM quarantine WHERE released_at IS NULL") == 1


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE loan SET principal_left_minor = 1 WHERE id = $1", "balance_differs"),
        ("DELETE FROM loan_standing WHERE loan_id = $1", "history_broken"),
        ("UPDATE loan SET next_change_on = '2026-03-10' WHERE id = $1", None),
    ],
)
async def test_loan_whose_rows_contradict_each_other(damage: str, code: str | None) -> None:
    """The last one was left behind by an earlier close: it is drawn anew before the next."""
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan(MARCH)
    await db.execute(damage, loan.loan_id)
    await close_to(TOMORROW)
    assert await db.value("SELECT code FROM quarantine WHERE released_at IS NULL") == code
    if code:
        await release(loan)
    await assert_as_drawn(loan, TOMORROW)


async def test_loan_that_the_database_refuses_is_found_among_the_others() -> None:
    """What is overdue of it is no number that fits into its column."""
    await set_business_date(date(2026, 3, 15))
    loans = [await make_loan(MARCH) for _ in range(9)]
    monster = loans[4]
    await db.execute(
        "UPDATE instalment SET interest_minor = $2, fee_minor = $2, due_on = '2026-03-15'"
        " WHERE loan_id = $1",
        monster.loan_id, 4 * 10**18,
    )  # fmt: skip
    [done] = await close_to(TOMORROW)
    assert (done.loans_changed, done.loans_set_aside) == (8, 1)
    [row] = await db.rows("SELECT loan_id, code, facts::text FROM quarantine")
    assert (row["loan_id"], row["code"]) == (monster.loan_id, "refused")
    assert row["facts"] == '{"rule": "NumericValueOutOfRangeError"}'
    for loan in loans:
        if loan is not monster:
            await assert_as_drawn(loan, TOMORROW)
    assert await db.value("SELECT count(*) FROM collection_case") == 8


async def test_loan_whose_events_the_database_refuses_stays_aside() -> None:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan(MARCH)
    await db.execute(
        "UPDATE loan SET principal_minor = 1, principal_left_minor = 1 WHERE id = $1", loan.loan_id
    )
    await close_to(TOMORROW)
    with pytest.raises(StillBroken) as refusal:
        await release(loan)
    assert refusal.value.facts["reason_code"] == "refused"
    assert refusal.value.facts["reason_facts"] == {"rule": "loan_left_check"}
    assert await db.value("SELECT count(*) FROM quarantine WHERE released_at IS NULL") == 1


async def test_case_that_the_database_refuses_sets_one_loan_aside() -> None:
    """Each of two loans fits, their sum does not."""
    await set_business_date(date(2026, 3, 15))
    first = await make_loan([(date(2026, 3, 15), 1_00, 5 * 10**18)])
    second = await make_loan([(date(2026, 3, 15), 1_00, 5 * 10**18)], customer_id=first.customer_id)
    [done] = await close_to(TOMORROW)
    assert (done.loans_changed, done.loans_set_aside) == (1, 1)
    assert await db.value("SELECT loan_id FROM quarantine") == second.loan_id
    assert await db.value("SELECT overdue_loan_count FROM collection_case") == 1


async def test_payment_on_a_loan_in_quarantine_is_kept_for_its_release() -> None:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan(MARCH)
    await db.execute("UPDATE loan SET principal_left_minor = 1 WHERE id = $1", loan.loan_id)
    await close_to(date(2026, 3, 20))
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=110_00,
        currency="CNY",
        value_on=date(2026, 3, 18),
    )
    await post_payment(CLOSER, order, key="payment")
    await release(loan)
    await assert_as_drawn(loan, date(2026, 3, 20))


async def test_loan_that_is_not_aside_cannot_be_released() -> None:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan(MARCH)
    with pytest.raises(NotInQuarantine):
        await release(loan)


async def test_still_broken_says_why_in_both_languages() -> None:
    refusal = StillBroken(
        number="L000000197",
        reason_code="balance_differs",
        reason_facts={"found": 100_00, "expected": 1, "currency": "CNY"},
    )
    assert refusal.render("en") == (
        "Loan L000000197 still cannot be closed:"
        " The schedule leaves 100.00 CNY of principal, the loan says 0.01 CNY."
    )
    assert "100.00 CNY" in refusal.render("zh-CN")
