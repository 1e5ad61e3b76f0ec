"""A borrower's case after a verb on one of his loans; what the close does stands beside the
close."""

import asyncio
from datetime import date

import pytest

from app import database as db
from app.actor import Actor
from app.loan.actions import post_payment, reverse_payment
from app.loan.order import PostPayment, ReversePayment
from tests.factories import LoanKey, make_customer, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

CLERK = Actor.system("test")
TODAY = date(2026, 3, 15)
LATE = [(date(2026, 3, 1), 100_00, 0), (date(2026, 4, 1), 100_00, 0)]


async def pay(loan: LoanKey, amount_minor: int, key: str) -> int:
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=amount_minor,
        currency="CNY",
        value_on=TODAY,
    )
    return (await post_payment(CLERK, order, key=key)).result.payment_id


async def reverse(loan: LoanKey, payment_id: int) -> None:
    order = ReversePayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        payment_id=payment_id,
        reason="another's",
    )
    await reverse_payment(CLERK, order, key=f"reversal of {payment_id}")


async def cases(customer_id: int) -> list[tuple[str | None, int, int]]:
    found = await db.rows(
        "SELECT close_reason, overdue_minor, overdue_loan_count FROM collection_case"
        " WHERE customer_id = $1 ORDER BY id",
        customer_id,
    )
    return [(row["close_reason"], row["overdue_minor"], row["overdue_loan_count"]) for row in found]


async def test_part_of_a_debt_paid_lowers_the_sum_and_all_of_it_closes_the_case() -> None:
    await set_business_date(TODAY)
    loan = await make_loan(LATE)
    payment_id = await pay(loan, 30_00, "a part")
    # Nobody has closed a day: the first verb finds the borrower late.
    assert await cases(loan.customer_id) == [(None, 70_00, 1)]
    await pay(loan, 70_00, "the rest")
    assert await cases(loan.customer_id) == [("cured", 70_00, 1)]
    await reverse(loan, payment_id)
    assert await cases(loan.customer_id) == [("cured", 70_00, 1), (None, 30_00, 1)]


async def test_case_of_a_borrower_without_any_loan_left_says_so() -> None:
    await set_business_date(TODAY)
    loan = await make_loan(LATE)
    await pay(loan, 30_00, "a part")
    await pay(loan, 170_00, "everything")
    assert await cases(loan.customer_id) == [("loans_closed", 70_00, 1)]


async def test_each_change_is_told_and_its_entry_named() -> None:
    await set_business_date(TODAY)
    loan = await make_loan(LATE)
    await pay(loan, 10_00, "opens it")
    await pay(loan, 10_00, "changes it")
    await pay(loan, 80_00, "closes it")
    told = await db.rows("SELECT from_stage, to_stage FROM live_event ORDER BY id")
    assert [tuple(row.values()) for row in told] == [
        ("", "to_contact"),
        ("to_contact", "to_contact"),
        ("to_contact", ""),
    ]
    kept = await db.rows(
        "SELECT case_event.kind, audit_entry.verb FROM case_event"
        " JOIN audit_entry ON audit_entry.id = case_event.audit_id ORDER BY case_event.id"
    )
    assert [tuple(row.values()) for row in kept] == [
        ("opened", "payment.post"),
        ("closed", "payment.post"),
    ]


async def test_payments_on_two_loans_at_once_are_both_in_the_sum() -> None:
    await set_business_date(TODAY)
    customer_id = await make_customer()
    loans = [await make_loan(LATE, customer_id=customer_id) for _ in range(4)]
    await asyncio.gather(*(pay(loan, 10_00, f"{loan.loan_id}") for loan in loans))
    assert await cases(customer_id) == [(None, 360_00, 4)]
