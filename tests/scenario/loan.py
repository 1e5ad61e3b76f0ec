"""Money comes in, and is taken back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.loan.actions import post_payment, reverse_payment
from app.loan.order import PostPayment, ReversePayment
from tests.factories import LoanKey, make_loan
from tests.scenario.scene import SCHEDULE, SYSTEM, Say, Scene


def payment(loan: LoanKey, **changed: Any) -> PostPayment:
    facts: Mapping[str, Any] = {
        "amount_minor": 60_000,
        "currency": "CNY",
        "value_on": date(2026, 3, 15),
    }
    return PostPayment(customer_id=loan.customer_id, loan_id=loan.loan_id, **{**facts, **changed})


async def on_an_own_loan(scene: Scene) -> PostPayment:
    return payment(await scene.loan())


async def that_settles(scene: Scene) -> PostPayment:
    return payment(await scene.loan(), amount_minor=302_500)


async def dated_back(scene: Scene) -> PostPayment:
    return payment(await scene.loan(), value_on=date(2026, 1, 31))


async def on_a_strangers_loan(scene: Scene) -> PostPayment:
    return payment(await make_loan(SCHEDULE))


async def on_no_loan(scene: Scene) -> PostPayment:
    return payment(LoanKey(await scene.borrower(), 404))


async def on_a_closed_loan(scene: Scene) -> PostPayment:
    loan = await scene.loan()
    await post_payment(SYSTEM, payment(loan, amount_minor=302_400), key="all of it")
    return payment(loan)


def with_(**changed: Any) -> Say:
    async def say(scene: Scene) -> PostPayment:
        return payment(await scene.loan(), **changed)

    say.__name__ = "with_" + "_".join(changed)
    return say


async def _reversal(loan: LoanKey, **changed: Any) -> ReversePayment:
    posted = (await post_payment(SYSTEM, payment(loan), key="to be taken back")).result
    facts = {"payment_id": posted.payment_id, "reason": "wrong loan", **changed}
    return ReversePayment(customer_id=loan.customer_id, loan_id=loan.loan_id, **facts)


async def of_an_own_payment(scene: Scene) -> ReversePayment:
    return await _reversal(await scene.loan())


async def of_a_strangers_payment(scene: Scene) -> ReversePayment:
    return await _reversal(await make_loan(SCHEDULE))


async def without_a_reason(scene: Scene) -> ReversePayment:
    return await _reversal(await scene.loan(), reason=" ")


async def of_no_payment(scene: Scene) -> ReversePayment:
    return await _reversal(await scene.loan(), payment_id=404)


async def of_one_reversed_before(scene: Scene) -> ReversePayment:
    order = await _reversal(await scene.loan())
    await reverse_payment(SYSTEM, order, key="the first time")
    return order


SCENARIOS: dict[str, list[Say]] = {
    "payment.post": [
        on_an_own_loan,
        that_settles,
        dated_back,
        on_a_strangers_loan,
        on_no_loan,
        on_a_closed_loan,
        with_(amount_minor=0),
        with_(amount_minor=10**16),
        with_(currency="USD"),
        with_(value_on=date(2026, 3, 16)),
        with_(value_on=date(2025, 12, 31)),
    ],
    "payment.reverse": [
        of_an_own_payment,
        of_a_strangers_payment,
        without_a_reason,
        of_no_payment,
        of_one_reversed_before,
    ],
}
