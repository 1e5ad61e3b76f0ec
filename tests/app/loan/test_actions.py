import asyncio
from datetime import date
from typing import Any

import pytest

from app import database as db
from app.errors import AfterloanError, Forbidden, IdempotencyKeyReused
from app.loan.actions import post_payment, reverse_payment
from app.loan.errors import (
    AlreadyReversed,
    AmountNotPositive,
    LoanClosed,
    LoanNotFound,
    PaymentTooLarge,
    ReasonMissing,
    ValueDateBeforeDisbursement,
    ValueDateInFuture,
    WrongCurrency,
)
from app.loan.models import LoanStatus
from app.loan.order import PostPayment, ReversePayment
from app.permission import Role, RowScope
from tests.factories import LoanKey, actor_of, make_customer, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

MANAGER = actor_of(Role.credit_manager)
SCHEDULE = [
    (date(2026, 1, 31), 100_000, 1_000),
    (date(2026, 2, 28), 100_000, 800),
    (date(2026, 3, 31), 100_000, 600),
]


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    return await make_loan(SCHEDULE)


def payment(loan: LoanKey, amount_minor: int, on: date = date(2026, 3, 15), **other: Any) -> Any:
    fields: dict[str, Any] = {
        "amount_minor": amount_minor,
        "currency": "CNY",
        "value_on": on,
    } | other
    return PostPayment(customer_id=loan.customer_id, loan_id=loan.loan_id, **fields)


async def test_a_payment_goes_to_the_oldest_instalment_interest_first(loan: LoanKey) -> None:
    outcome = await post_payment(MANAGER, payment(loan, 60_000), key="one")

    posted = outcome.result
    assert (posted.interest_minor, posted.principal_minor, posted.surplus_minor) == (
        1_000,
        59_000,
        0,
    )
    assert posted.loan.overdue_minor == 201_800 - 60_000
    assert posted.loan.overdue_since == date(2026, 1, 31)
    assert await paid(loan) == [(1, 59_000, 1_000, None), (2, 0, 0, None), (3, 0, 0, None)]


async def test_a_payment_that_covers_all_debts_cures_the_loan_and_its_case(loan: LoanKey) -> None:
    await post_payment(MANAGER, payment(loan, 1), key="opens the case")
    assert await open_cases(loan) == 1

    outcome = await post_payment(MANAGER, payment(loan, 201_799), key="cures")

    assert outcome.result.loan.overdue_since is None
    assert await open_cases(loan) == 0
    assert await intervals(loan) == [
        (date(2026, 1, 1), date(2026, 2, 1), 0, 0),
        (date(2026, 2, 1), date(2026, 3, 1), 1, 101_000),
        (date(2026, 3, 1), date(2026, 3, 3), 1, 201_800),
        (date(2026, 3, 3), date(2026, 3, 15), 2, 201_800),
        (date(2026, 3, 15), None, 0, 0),
    ]


async def test_a_payment_dated_back_rewrites_the_standing_from_its_value_date(
    loan: LoanKey,
) -> None:
    await post_payment(MANAGER, payment(loan, 101_000, date(2026, 1, 31)), key="late news")
    assert await intervals(loan) == [
        (date(2026, 1, 1), date(2026, 3, 1), 0, 0),
        (date(2026, 3, 1), None, 1, 100_800),
    ]


async def test_payments_in_any_order_end_in_the_same_state(loan: LoanKey) -> None:
    other = await make_loan(SCHEDULE)
    first, second = (50_000, date(2026, 2, 10)), (70_000, date(2026, 3, 10))
    for key, (amount, on) in enumerate((first, second)):
        await post_payment(MANAGER, payment(loan, amount, on), key=f"a{key}")
    for key, (amount, on) in enumerate((second, first)):
        await post_payment(MANAGER, payment(other, amount, on), key=f"b{key}")

    assert await intervals(loan) == await intervals(other)
    assert await paid(loan) == await paid(other)
    assert await allocations(loan) == await allocations(other)


async def test_more_than_is_owed_settles_the_loan_and_keeps_the_surplus(loan: LoanKey) -> None:
    outcome = await post_payment(MANAGER, payment(loan, 302_500), key="too much")
    assert outcome.result.surplus_minor == 100
    assert outcome.result.loan.status is LoanStatus.settled

    with pytest.raises(LoanClosed, match="was closed on 2026-03-15"):
        await post_payment(MANAGER, payment(loan, 1), key="after the end")


async def test_a_reversal_restores_what_was_before(loan: LoanKey) -> None:
    before = await everything(loan)
    posted = await post_payment(MANAGER, payment(loan, 302_400), key="wrong loan")
    order = ReversePayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        payment_id=posted.result.payment_id,
        reason="booked to the wrong loan",
    )
    reversal = await reverse_payment(MANAGER, order, key="back")

    assert reversal.result.loan.status is LoanStatus.active
    assert await everything(loan) == before
    with pytest.raises(AlreadyReversed):
        await reverse_payment(MANAGER, order, key="again")
    assert await db.value("SELECT count(*) FROM loan_event") == 3


async def test_a_reversal_needs_its_reason(loan: LoanKey) -> None:
    posted = await post_payment(MANAGER, payment(loan, 100), key="one")
    order = ReversePayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        payment_id=posted.result.payment_id,
        reason="  ",
    )
    await refused(ReasonMissing, reverse_payment(MANAGER, order, key="two"), events=2)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount_minor": 0}, AmountNotPositive),
        ({"amount_minor": -5}, AmountNotPositive),
        ({"amount_minor": 10**15 + 1}, PaymentTooLarge),
        ({"currency": "USD"}, WrongCurrency),
        ({"on": date(2026, 3, 16)}, ValueDateInFuture),
        ({"on": date(2025, 12, 31)}, ValueDateBeforeDisbursement),
    ],
)
async def test_what_cannot_be_booked_is_refused_by_name_and_leaves_nothing(
    loan: LoanKey, change: dict[str, Any], refusal: type[AfterloanError]
) -> None:
    order = payment(loan, **{"amount_minor": 100, **change})
    assert isinstance(await post_payment.may(MANAGER, order), refusal)
    await refused(refusal, post_payment(MANAGER, order, key="no"), events=1)


async def test_somebody_elses_loan_is_not_found(loan: LoanKey) -> None:
    stranger = actor_of(Role.credit_manager, row_scope=RowScope.branch, branch_id=99)
    await refused(LoanNotFound, post_payment(stranger, payment(loan, 1), key="x"), events=1)
    mixed = LoanKey(await make_customer("别人"), loan.loan_id)
    await refused(LoanNotFound, post_payment(MANAGER, payment(mixed, 1), key="y"), events=1)


async def test_a_collector_books_no_payments(loan: LoanKey) -> None:
    collector = actor_of(Role.collector)
    await refused(Forbidden, post_payment(collector, payment(loan, 1), key="x"), events=1)


async def test_fifty_times_the_same_order_is_one_payment_and_one_answer(loan: LoanKey) -> None:
    outcomes = await asyncio.gather(
        *(post_payment(MANAGER, payment(loan, 5_000), key="same") for _ in range(50))
    )
    assert await db.value("SELECT count(*) FROM payment") == 1
    assert len({outcome.result for outcome in outcomes}) == 1
    assert sum(not outcome.replayed for outcome in outcomes) == 1

    with pytest.raises(IdempotencyKeyReused):
        await post_payment(MANAGER, payment(loan, 5_001), key="same")
    assert await db.value("SELECT count(*) FROM payment") == 1


async def test_payments_of_one_loan_at_once_lose_nothing(loan: LoanKey) -> None:
    await asyncio.gather(
        *(post_payment(MANAGER, payment(loan, 1_000), key=f"k{n}") for n in range(20))
    )
    assert await db.value("SELECT sum(amount_minor) FROM payment") == 20_000
    assert await db.value("SELECT overdue_minor FROM loan") == 201_800 - 20_000
    assert await db.value("SELECT event_count FROM loan") == 21


async def refused(refusal: type[AfterloanError], call: Any, *, events: int) -> None:
    with pytest.raises(refusal):
        await call
    assert await db.value("SELECT count(*) FROM loan_event WHERE kind <> 'reversal'") == events
    assert await db.value("SELECT count(*) FROM audit_entry") == events - 1
    assert await db.value("SELECT count(*) FROM idempotency") == events - 1


async def paid(loan: LoanKey) -> list[tuple[Any, ...]]:
    return await _tuples(
        "SELECT number, principal_paid_minor, interest_paid_minor, settled_on FROM instalment"
        " WHERE customer_id = $1 AND loan_id = $2 ORDER BY number",
        loan,
    )


async def intervals(loan: LoanKey) -> list[tuple[Any, ...]]:
    return await _tuples(
        "SELECT from_on, to_on, bucket, overdue_minor FROM loan_standing"
        " WHERE customer_id = $1 AND loan_id = $2 ORDER BY from_on",
        loan,
    )


async def allocations(loan: LoanKey) -> list[tuple[Any, ...]]:
    return await _tuples(
        "SELECT value_on, amount_minor, principal_minor, interest_minor FROM payment"
        " WHERE customer_id = $1 AND loan_id = $2 ORDER BY value_on",
        loan,
    )


async def everything(loan: LoanKey) -> list[Any]:
    """The projections, without the counters that only ever grow."""
    terms = await _tuples(
        "SELECT status, closed_on, principal_left_minor, interest_left_minor, overdue_minor,"
        " overdue_since, bucket, next_due_on, next_change_on FROM loan"
        " WHERE customer_id = $1 AND id = $2",
        loan,
    )
    return [terms, await paid(loan), await intervals(loan)]


async def open_cases(loan: LoanKey) -> int:
    count = await db.value(
        "SELECT count(*) FROM collection_case WHERE customer_id = $1 AND closed_on IS NULL",
        loan.customer_id,
    )
    assert isinstance(count, int)
    return count


async def _tuples(sql: str, loan: LoanKey) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await db.rows(sql, loan.customer_id, loan.loan_id)]
