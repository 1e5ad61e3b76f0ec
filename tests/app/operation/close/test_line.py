"""Whatever happens to loans, the close leaves them as the pure line draws them."""

from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import database as db
from app.loan.actions import post_payment, reverse_payment
from app.loan.errors import LoanClosed
from app.loan.order import PostPayment, ReversePayment
from tests.app.operation.close.book import CLOSER, assert_as_drawn, close_to
from tests.factories import LoanKey, make_customer, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

BEGIN = date(2026, 1, 1)


class Terms(NamedTuple):
    first_due_after: int
    every_days: int
    amounts: list[tuple[int, int]]

    def schedule(self) -> list[tuple[date, int, int]]:
        first = BEGIN + timedelta(days=self.first_due_after)
        return [
            (first + timedelta(days=self.every_days * number), *amounts)
            for number, amounts in enumerate(self.amounts)
        ]


class Step(NamedTuple):
    after_days: int
    loan: int
    amount_minor: int
    valued_days_ago: int
    # Takes the payment before it back instead.
    reverses: bool


TERMS = st.builds(
    Terms,
    first_due_after=st.integers(0, 40),
    every_days=st.sampled_from([1, 7, 30]),
    amounts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=5)
    # A loan of nothing is none.
    .filter(lambda amounts: sum(principal for principal, _ in amounts) > 0),
)
STEPS = st.lists(
    st.builds(
        Step,
        after_days=st.integers(0, 12),
        loan=st.integers(0, 2),
        amount_minor=st.integers(1, 9),
        valued_days_ago=st.sampled_from([0, 0, 1, 20]),
        reverses=st.booleans(),
    ),
    max_size=10,
)


@settings(
    max_examples=8,
    deadline=None,
    # Each example is hundreds of closes: a smaller one is not worth hours of looking.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(terms=st.lists(TERMS, min_size=3, max_size=3), steps=STEPS)
async def test_every_day_is_as_the_line_draws_it(terms: list[Terms], steps: list[Step]) -> None:
    await db.rows("SELECT suite.clean()")
    await set_business_date(BEGIN)
    customer_id = await make_customer()
    loans = [await make_loan(each.schedule(), customer_id=customer_id) for each in terms]
    on, payments = BEGIN, dict[LoanKey, int]()
    for number, step in enumerate([*steps, Step(45, 0, 1, 0, False)]):
        on += timedelta(days=step.after_days)
        await close_to(on)
        # The intervals tell how each day was, closed one by one.
        for loan in loans:
            await assert_as_drawn(loan, on)
        await _do(step, loans[step.loan], on, payments, key=f"{number}")
        await _assert_case_is_their_sum(customer_id)


async def _do(
    step: Step, loan: LoanKey, on: date, payments: dict[LoanKey, int], *, key: str
) -> None:
    if step.reverses and loan in payments:
        order = ReversePayment(
            customer_id=loan.customer_id,
            loan_id=loan.loan_id,
            payment_id=payments.pop(loan),
            reason="wrong loan",
        )
        await reverse_payment(CLOSER, order, key=key)
        return
    value_on = max(BEGIN, on - timedelta(days=step.valued_days_ago))
    try:
        outcome = await post_payment(
            CLOSER,
            PostPayment(
                customer_id=loan.customer_id,
                loan_id=loan.loan_id,
                amount_minor=step.amount_minor,
                currency="CNY",
                value_on=value_on,
            ),
            key=key,
        )
    except LoanClosed:
        return
    payments[loan] = outcome.result.payment_id


async def _assert_case_is_their_sum(customer_id: int) -> None:
    owed = await db.row(
        "SELECT coalesce(sum(overdue_minor), 0)::bigint AS minor, min(overdue_since) AS since,"
        " count(overdue_since) AS loans FROM loan WHERE customer_id = $1",
        customer_id,
    )
    case: Any = await db.row(
        "SELECT overdue_minor AS minor, overdue_since AS since, overdue_loan_count AS loans"
        " FROM collection_case WHERE customer_id = $1 AND closed_on IS NULL",
        customer_id,
    )
    assert case == (owed if owed and owed["loans"] else None)
