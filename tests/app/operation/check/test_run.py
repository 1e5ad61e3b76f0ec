from datetime import date

import pytest

from app import database as db
from app.actor import Actor
from app.loan.actions import post_payment, reverse_payment
from app.loan.order import PostPayment, ReversePayment
from app.operation import audit
from app.operation.check.run import check_book, truths
from app.operation.check.truth import Looked
from app.operation.close.run import close_until
from app.unit_of_work import unit_of_work
from tests.factories import BOOKED_AT, LoanKey, make_customer, make_loan, set_business_date

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.tampers]

CLERK = Actor.system("test")
SCHEDULE = [
    (date(2026, 2, 1), 100_00, 10_00),
    (date(2026, 3, 1), 100_00, 8_00),
    (date(2026, 4, 1), 100_00, 5_00),
]


async def make_book() -> tuple[LoanKey, LoanKey]:
    """Two borrowers: one pays and takes a payment back, one is late; two days are closed."""
    await set_business_date(date(2026, 3, 1))
    await write_entry_of_the_factories()
    paid = await make_loan(SCHEDULE, customer_id=await make_customer("王小明", phone="13800000001"))
    late = await make_loan(SCHEDULE, customer_id=await make_customer("李四"))
    for key in ("first", "second"):
        payment = await pay(paid, 110_00, key=key)
    await reverse_payment(
        CLERK,
        ReversePayment(
            customer_id=paid.customer_id,
            loan_id=paid.loan_id,
            payment_id=payment,
            reason="another's",
        ),
        key="reversal",
    )
    await close_until(CLERK, date(2026, 3, 3))
    return paid, late


async def pay(loan: LoanKey, amount_minor: int, *, key: str) -> int:
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=amount_minor,
        currency="CNY",
        value_on=date(2026, 2, 1),
    )
    return (await post_payment(CLERK, order, key=key)).result.payment_id


async def write_entry_of_the_factories() -> None:
    async with unit_of_work():
        await audit.record(
            0,
            verb="test.make",
            actor=CLERK,
            at=BOOKED_AT,
            business_date=date(2026, 1, 1),
            customer_id=None,
            order={},
            facts={},
        )


async def looked_at() -> dict[str, Looked]:
    return {looked.truth.name: looked async for looked in check_book()}


async def broken() -> dict[str, int]:
    """Offenders by truth, of those that do not hold."""
    return {
        name: looked.found.offenders
        for name, looked in (await looked_at()).items()
        if not looked.holds
    }


async def tamper(sql: str, *values: object) -> None:
    """As somebody with the keys to the database would, past constraints and triggers."""
    async with unit_of_work():
        for table in ("loan_event", "case_event"):
            await db.rows(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await db.execute(sql, *values)


async def test_all_truths_hold_and_none_of_them_looked_at_nothing() -> None:
    await make_book()
    looked = await looked_at()
    assert [name for name, each in looked.items() if not each.holds] == []
    assert [name for name, each in looked.items() if each.is_unknown] == []
    assert list(looked) == [truth.name for truth in truths()]
    assert looked["replay"].found.looked_at == 2
    assert looked["replay"].found.out_of is None


async def test_empty_book_confirms_nothing() -> None:
    looked = await looked_at()
    assert looked["schedule_sums"].is_unknown
    assert all(each.holds for each in looked.values())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "UPDATE instalment SET interest_minor = 11_00 WHERE loan_id = $1 AND number = 3",
            {"balances", "replay"},
        ),
        (
            "UPDATE instalment SET principal_minor = 101_00 WHERE loan_id = $1 AND number = 3",
            {"schedule_sums", "balances", "replay"},
        ),
        (
            "DELETE FROM instalment WHERE loan_id = $1 AND number = 3",
            {"schedule_sums", "balances", "standing", "replay"},
        ),
        (
            "UPDATE instalment SET settled_on = NULL WHERE loan_id = $1 AND number = 1",
            {"paid_within_due", "replay"},
        ),
        (
            "UPDATE instalment SET interest_paid_minor = interest_paid_minor - 1"
            " WHERE loan_id = $1 AND number = 1",
            {"paid_within_due", "balances", "money_arrived", "standing", "next_change", "replay"},
        ),
        (
            "UPDATE instalment SET fee_minor = 1, fee_paid_minor = 1"
            " WHERE loan_id = $1 AND number = 3",
            {"oldest_first", "money_arrived", "replay"},
        ),
        ("UPDATE payment SET value_on = value_on + 1 WHERE loan_id = $1", {"payment_events"}),
        (
            "UPDATE payment SET amount_minor = 120_00, surplus_minor = 10_00 WHERE loan_id = $1",
            {"payment_events", "replay"},
        ),
        (
            "UPDATE payment SET interest_minor = interest_minor - 1,"
            " principal_minor = principal_minor + 1"
            " WHERE loan_id = $1 AND reversal_event_id IS NULL",
            {"money_arrived", "replay"},
        ),
        ("UPDATE payment SET reversal_event_id = NULL WHERE loan_id = $1", {"money_arrived"}),
        (
            "UPDATE loan_event SET sequence = 9 WHERE loan_id = $1 AND sequence = 4",
            {"events_counted"},
        ),
        ("UPDATE loan SET event_count = 3 WHERE id = $1", {"events_counted"}),
        ("UPDATE loan SET principal_left_minor = 1 WHERE id = $1", {"balances", "replay"}),
        ("UPDATE loan SET bucket = 2 WHERE id = $1 AND bucket = 1", {"standing"}),
        ("UPDATE loan SET next_due_on = next_due_on + 1 WHERE id = $1", {"standing", "replay"}),
        ("UPDATE loan SET next_change_on = NULL WHERE id = $1", {"next_change", "replay"}),
        ("UPDATE loan SET next_change_on = '2026-03-03' WHERE id = $1", {"next_change"}),
        (
            "UPDATE loan SET status = 'settled', closed_on = '2026-03-02' WHERE id = $1",
            {"closed_loans", "standing", "replay"},
        ),
        (
            "UPDATE loan_standing SET to_on = to_on - 1 WHERE loan_id = $1 AND bucket = 0"
            " AND to_on IS NOT NULL",
            {"intervals", "replay"},
        ),
        (
            "UPDATE loan_standing SET to_on = '2026-03-04' WHERE loan_id = $1 AND to_on IS NULL",
            {"intervals", "open_interval", "replay"},
        ),
        (
            "UPDATE loan_standing SET from_on = from_on + 1 WHERE loan_id = $1"
            " AND from_on = '2026-01-01'",
            {"intervals", "replay"},
        ),
        (
            "UPDATE loan_standing SET overdue_minor = overdue_minor + 1"
            " WHERE loan_id = $1 AND to_on IS NULL",
            {"open_interval", "replay"},
        ),
        ("DELETE FROM loan_directory WHERE loan_id = $1", {"directory"}),
        (
            "UPDATE loan_directory SET source_number = 'another' WHERE loan_id = $1",
            {"directory"},
        ),
        (
            "UPDATE loan_event SET audit_id = 999999 WHERE loan_id = $1 AND sequence = 1",
            {"events_explained"},
        ),
        (
            "UPDATE loan_event SET payload = payload || '{\"amount_minor\": 1}'"
            " WHERE loan_id = $1 AND sequence = 2",
            {"payment_events", "replay"},
        ),
    ],
)
async def test_change_of_a_loans_rows_is_noticed(change: str, expected: set[str]) -> None:
    paid, _ = await make_book()
    await tamper(change, paid.loan_id)
    noticed = set(await broken())
    assert noticed >= expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE collection_case SET overdue_minor = overdue_minor + 1", {"case_sums"}),
        ("UPDATE collection_case SET currency = 'USD'", {"case_sums"}),
        ("UPDATE collection_case SET overdue_other = '{\"USD\": 1}'", {"case_sums"}),
        ("UPDATE collection_case SET overdue_since = overdue_since + 1", {"case_sums"}),
        ("UPDATE collection_case SET overdue_loan_count = 3", {"case_sums"}),
        (
            "UPDATE collection_case SET closed_on = '2026-03-02', close_reason = 'cured'",
            {"cases_open"},
        ),
        ("UPDATE case_event SET audit_id = NULL", {"case_events_explained"}),
        ("DELETE FROM customer_key WHERE kind = 'phone'", {"search_keys"}),
        ("DELETE FROM customer_key WHERE kind = 'name'", {"search_keys"}),
        ("UPDATE business_day SET on_date = '2026-03-02'", {"business_day"}),
        (
            "UPDATE day_close SET state = 'running' WHERE to_date = '2026-03-03'",
            {"business_day"},
        ),
        ("DELETE FROM day_close_shard WHERE to_date = '2026-03-03'", {"shards_counted"}),
        ("UPDATE audit_head SET hash = sha256('x') WHERE chain = 32", {"audit_whole"}),
        (
            "INSERT INTO quarantine (customer_id, loan_id, to_date, code, facts, since,"
            " released_by) SELECT customer_id, id, '2026-03-03', 'refused', '{}', now(), ''"
            " FROM loan LIMIT 1",
            {"quarantine_empty"},
        ),
    ],
)
async def test_change_around_the_book_is_noticed(change: str, expected: set[str]) -> None:
    await make_book()
    await tamper(change)
    assert set(await broken()) >= expected


async def test_offenders_are_counted_and_the_first_ones_named() -> None:
    await make_book()
    await tamper("UPDATE loan SET next_due_on = next_due_on + 1")
    found = (await looked_at())["standing"].found
    ids = await db.rows("SELECT id FROM loan ORDER BY id")
    assert (found.offenders, found.looked_at) == (2, 2)
    assert found.examples == tuple(row["id"] for row in ids)


async def test_large_book_is_replayed_in_part_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.operation.check.replay.SAMPLE_LOANS", 1)
    await make_book()
    found = (await looked_at())["replay"].found
    assert (found.looked_at, found.out_of) == (1, 2)


async def test_shards_that_are_ahead_are_judged_by_their_own_date() -> None:
    paid, _ = await make_book()
    await set_business_date(date(2026, 3, 2))
    await tamper("UPDATE day_close SET state = 'running' WHERE to_date = '2026-03-03'")
    assert await broken() == {}
    # A shard that is not through: its borrowers still stand on the day before.
    await tamper("UPDATE day_close SET shard_count = 64 WHERE to_date = '2026-03-03'")
    await tamper("UPDATE day_close_shard SET shard = $1", paid.customer_id % 64)
    assert "replay" not in await broken()
