"""Every example of `graphql/operations` is run: whoever copies one gets an answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import database
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from tests.factories import LoanKey, make_customer, make_loan, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator
from tests.graphql.rows import insert_cases
from tests.graphql.test_post_payment import SCHEDULE

pytestmark = pytest.mark.usefixtures("database")

FOLDER = Path(__file__).parents[2] / "graphql/operations"
OPERATIONS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.graphql"))}
INTEGRATOR = integrator(*ALL_SCOPES)


class Book:
    """A loan with a payment, and a case."""

    def __init__(self, loan: LoanKey, payment_id: int, case: dict[str, int]) -> None:
        self.loan = id_of("Loan", *loan)
        self.payment = id_of("Payment", loan.customer_id, payment_id)
        self.case = id_of("Case", case["customer_id"], case["id"])


VARIABLES: dict[str, Callable[[Book], dict[str, Any]]] = {
    "overdue_loans": lambda book: {},
    "loan": lambda book: {"id": book.loan},
    "loan_by_source_number": lambda book: {"number": "ABC-1"},
    "customer_by_phone": lambda book: {"phone": "13812341234"},
    "open_cases": lambda book: {"stage": "TO_CONTACT"},
    "payments_of_day": lambda book: {"day": "2026-03-15"},
    "nodes": lambda book: {"ids": [book.loan, book.payment, book.case]},
    "post_payment": lambda book: {
        "input": {
            "idempotencyKey": "bank-line-4711",
            "loanId": book.loan,
            "amount": {"amount": "600.00", "currency": "CNY"},
            "valueOn": "2026-03-15",
        }
    },
    "reverse_payment": lambda book: {
        "input": {"idempotencyKey": "r-1", "paymentId": book.payment, "reason": "wrong loan"}
    },
    "move_case": lambda book: {
        "input": {"caseId": book.case, "stage": "CONTACTED", "expectedVersion": 1}
    },
}


@pytest.fixture
async def book() -> Book:
    await set_business_date()
    customer_id = await make_customer(phone="13812341234")
    loan = await make_loan(SCHEDULE, customer_id=customer_id, source_number="ABC-1")
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=100,
        currency="CNY",
        value_on=await database.value("SELECT on_date FROM business_day"),
    )
    posted = await post_payment(INTEGRATOR, order, key="first")
    await insert_cases(6)
    case = await database.row(
        "SELECT customer_id, id FROM collection_case"
        " WHERE closed_on IS NULL AND stage = 'to_contact' ORDER BY id DESC LIMIT 1"
    )
    assert case is not None
    return Book(loan, posted.result.payment_id, case)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_example_answers_with_something(operation: str, book: Book) -> None:
    variables = VARIABLES[operation](book)
    data = await Api(INTEGRATOR).data(OPERATIONS[operation], variables)
    (answer,) = data.values()
    assert answer
    if isinstance(answer, dict):
        assert answer.get("userErrors", []) == []
        assert answer.get("nodes", [None]) != []


async def test_a_repeat_after_an_answer_that_never_came_is_answered(book: Book) -> None:
    """The process died between the commit and the answer: the payment stands, nothing was kept of
    what would have been said."""
    variables = VARIABLES["post_payment"](book)
    loan = await database.row("SELECT customer_id, id FROM loan WHERE source_number = 'ABC-1'")
    assert loan is not None
    order = PostPayment(
        customer_id=loan["customer_id"],
        loan_id=loan["id"],
        amount_minor=60_000,
        currency="CNY",
        value_on=await database.value("SELECT on_date FROM business_day"),
    )
    done = await post_payment(INTEGRATOR, order, key="bank-line-4711")

    answer = await Api(INTEGRATOR).ask(OPERATIONS["post_payment"], variables)

    assert answer["extensions"]["idempotency"] == {"replayed": True}
    assert answer["data"]["postPayment"]["payment"]["id"] == id_of(
        "Payment", loan["customer_id"], done.result.payment_id
    )
    assert await database.value("SELECT count(*) FROM payment") == 2
