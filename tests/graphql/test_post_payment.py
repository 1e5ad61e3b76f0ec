import asyncio
from datetime import date
from typing import Any

import orjson
import pytest

from api.loan.post_payment import PostPaymentErrorCode
from app import database
from app.actor import Actor
from app.identity.scope import Scope
from tests.factories import LoanKey, make_loan, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator

pytestmark = pytest.mark.usefixtures("database")

SCHEDULE = [
    (date(2026, 1, 31), 100_000, 1_000),
    (date(2026, 2, 28), 100_000, 800),
    (date(2026, 3, 31), 100_000, 600),
]
POST = """
    mutation ($input: PostPaymentInput!) { postPayment(input: $input) {
        payment { id number amount { amount } interest { amount } principal { amount } valueOn }
        loan { daysPastDue overdue { amount } version }
        userErrors { code path message }
    } }
"""


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    return await make_loan(SCHEDULE)


@pytest.fixture
def api() -> Api:
    return Api(integrator(*ALL_SCOPES))


def payment(loan: LoanKey, cny: str = "600.00", **other: Any) -> dict[str, Any]:
    order = {
        "idempotencyKey": "order-1",
        "loanId": id_of("Loan", *loan),
        "amount": {"amount": cny, "currency": "CNY"},
        "valueOn": "2026-03-15",
    }
    return {"input": order | other}


async def test_it_answers_with_the_payment_and_the_loan_after_it(api: Api, loan: LoanKey) -> None:
    answer = await api.ask(POST, payment(loan))

    assert "errors" not in answer
    posted = answer["data"]["postPayment"]
    assert posted["payment"]["amount"]["amount"] == "600.00"
    assert posted["payment"]["interest"]["amount"] == "10.00"
    assert posted["payment"]["principal"]["amount"] == "590.00"
    assert posted["loan"] == {"daysPastDue": 43, "overdue": {"amount": "1418.00"}, "version": 2}
    assert posted["userErrors"] == []
    assert answer["extensions"]["idempotency"] == {"replayed": False}
    assert await payments() == 1


async def test_a_payment_of_all_that_is_due_cures_the_loan(api: Api, loan: LoanKey) -> None:
    answer = await api.data(POST, payment(loan, "2018.00"))
    assert answer["postPayment"]["loan"]["daysPastDue"] == 0


async def test_the_same_order_again_has_the_same_answer_to_the_byte(
    api: Api, loan: LoanKey
) -> None:
    """Even after the loan has moved on."""
    body = orjson.dumps({"query": POST, "variables": payment(loan)})
    first = await api.post(body)
    await api.data(POST, payment(loan, "100.00", idempotencyKey="order-2"))
    again = await api.post(body)

    assert bytes_of_data(again.content) == bytes_of_data(first.content)
    assert again.json()["extensions"]["idempotency"] == {"replayed": True}
    assert await payments() == 2


async def test_another_question_about_the_same_order_is_answered_as_of_now(
    api: Api, loan: LoanKey
) -> None:
    await api.data(POST, payment(loan))
    other = POST.replace("daysPastDue overdue { amount } version", "number")
    answer = await api.ask(other, payment(loan))
    assert answer["data"]["postPayment"]["loan"]["number"].startswith("L")
    assert answer["extensions"]["idempotency"] == {"replayed": True}
    assert await payments() == 1


async def test_fifty_at_once_are_one_payment_and_one_answer(loan: LoanKey) -> None:
    body = orjson.dumps({"query": POST, "variables": payment(loan)})
    answers = await asyncio.gather(*(Api(integrator(*ALL_SCOPES)).post(body) for _ in range(50)))

    assert {bytes_of_data(answer.content) for answer in answers} == {
        bytes_of_data(answers[0].content)
    }
    replayed = [answer.json()["extensions"]["idempotency"]["replayed"] for answer in answers]
    assert replayed.count(False) == 1
    assert await payments() == 1


async def test_another_client_has_keys_of_its_own(api: Api, loan: LoanKey) -> None:
    await api.data(POST, payment(loan))
    other = Api(integrator(*ALL_SCOPES, id=8))
    answer = await other.ask(POST, payment(loan))
    assert answer["extensions"]["idempotency"] == {"replayed": False}
    assert await payments() == 2


REFUSED: dict[str, tuple[list[str], dict[str, Any]]] = {
    "LOAN_NOT_FOUND": (["loanId"], {"loanId": id_of("Loan", 999, 999)}),
    "AMOUNT_NOT_POSITIVE": (
        ["amount", "amount"],
        {"amount": {"amount": "0.00", "currency": "CNY"}},
    ),
    "AMOUNT_TOO_LARGE": (
        ["amount", "amount"],
        {"amount": {"amount": "99999999999999.00", "currency": "CNY"}},
    ),
    "AMOUNT_TOO_PRECISE": (
        ["amount", "amount"],
        {"amount": {"amount": "1.005", "currency": "CNY"}},
    ),
    "WRONG_CURRENCY": (
        ["amount", "currency"],
        {"amount": {"amount": "1.00", "currency": "USD"}},
    ),
    "VALUE_DATE_IN_FUTURE": (["valueOn"], {"valueOn": "2026-03-16"}),
    "VALUE_DATE_BEFORE_DISBURSEMENT": (["valueOn"], {"valueOn": "2025-12-31"}),
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refusal_has_its_code_and_writes_nothing(
    api: Api, loan: LoanKey, code: str
) -> None:
    path, change = REFUSED[code]
    await assert_refused(api, payment(loan, **change), code, path, payments_before=0)


async def test_a_closed_loan_takes_no_payment(api: Api, loan: LoanKey) -> None:
    await api.data(POST, payment(loan, "3024.00"))
    order = payment(loan, "1.00", idempotencyKey="order-2")
    await assert_refused(api, order, "LOAN_CLOSED", ["loanId"], payments_before=1)


async def test_a_key_with_another_amount_is_refused(api: Api, loan: LoanKey) -> None:
    await api.data(POST, payment(loan))
    order = payment(loan, "600.01")
    await assert_refused(
        api, order, "IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"], payments_before=1
    )


def test_every_code_is_reached_by_a_test_above() -> None:
    reached = {*REFUSED, "LOAN_CLOSED", "IDEMPOTENCY_KEY_REUSED"}
    assert reached == {code.value for code in PostPaymentErrorCode}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"loanId": "junk"}, "INVALID_ID"),
        ({"loanId": id_of("Payment", 1, 1)}, "WRONG_ID_TYPE"),
        ({"reference": "x" * 121}, "TEXT_TOO_LONG"),
        ({"channel": "x" * 41}, "TEXT_TOO_LONG"),
        ({"reference": "A\tB"}, "BAD_TEXT"),
        ({"channel": "\u2028"}, "BAD_TEXT"),
        ({"idempotencyKey": ""}, "BAD_USER_INPUT"),
        ({"amount": {"amount": "NaN", "currency": "CNY"}}, "BAD_USER_INPUT"),
        ({"amount": {"amount": "1e3", "currency": "CNY"}}, "BAD_USER_INPUT"),
        ({"amount": {"amount": 1.5, "currency": "CNY"}}, "BAD_NUMBER"),
        ({"amount": {"amount": "1.00", "currency": "XXQ"}}, "BAD_USER_INPUT"),
        ({"valueOn": "2026-02-30"}, "BAD_USER_INPUT"),
    ],
)
async def test_a_fault_of_the_program_is_an_error_at_the_top(
    api: Api, loan: LoanKey, change: dict[str, Any], code: str
) -> None:
    assert await api.codes(POST, payment(loan, **change)) == [code]
    assert await payments() == 0


async def test_a_key_is_not_left_out(api: Api, loan: LoanKey) -> None:
    order = payment(loan)
    del order["input"]["idempotencyKey"]
    assert await api.codes(POST, order) == ["BAD_USER_INPUT"]
    assert await payments() == 0


@pytest.mark.parametrize(
    "actor",
    [integrator(Scope.loans_read, Scope.payments_read)],
    ids=["a reader"],
)
async def test_reading_is_not_writing(loan: LoanKey, actor: Actor) -> None:
    assert await Api(actor).codes(POST, payment(loan)) == ["INSUFFICIENT_SCOPE"]
    assert await payments() == 0


async def test_writing_needs_no_reading(loan: LoanKey) -> None:
    post = """mutation ($input: PostPaymentInput!) {
        postPayment(input: $input) { userErrors { code } } }"""
    answer = await Api(integrator(Scope.payments_write)).data(post, payment(loan))
    assert answer == {"postPayment": {"userErrors": []}}
    assert await payments() == 1


async def assert_refused(
    api: Api, order: dict[str, Any], code: str, path: list[str], *, payments_before: int
) -> None:
    answer = await api.data(POST, order)
    refused = answer["postPayment"]
    assert (refused["payment"], refused["loan"]) == (None, None)
    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == (code, path)
    assert error["message"]
    assert await payments() == payments_before
    assert await database.value("SELECT count(*) FROM idempotency") == payments_before


async def payments() -> int:
    count: int = await database.value("SELECT count(*) FROM payment")
    return count


def bytes_of_data(body: bytes) -> bytes:
    """The answer as it was sent, without what is said about it."""
    assert body.startswith(b'{"data":')
    return body.partition(b',"extensions":')[0]
