from datetime import date
from typing import Any

import pytest

from api.loan.reverse_payment import ReversePaymentErrorCode
from app import database
from app.identity.scope import Scope
from app.permission import Role, RowScope
from tests.factories import LoanKey, actor_of, make_loan, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator

pytestmark = pytest.mark.usefixtures("database")

POST = """
    mutation ($loan: ID!) { postPayment(input: {idempotencyKey: "posted", loanId: $loan,
        amount: {amount: "1010.00", currency: "CNY"}, valueOn: "2026-03-15"}) {
        payment { id } loan { overdue { amount } } } }
"""
REVERSE = """
    mutation ($input: ReversePaymentInput!) { reversePayment(input: $input) {
        payment { id isReversed }
        loan { daysPastDue overdue { amount } }
        userErrors { code path message }
    } }
"""


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    schedule = [(date(2026, 1, 31), 100_000, 1_000), (date(2026, 3, 31), 100_000, 600)]
    return await make_loan(schedule)


@pytest.fixture
def api() -> Api:
    return Api(integrator(*ALL_SCOPES))


@pytest.fixture
async def posted(api: Api, loan: LoanKey) -> str:
    data = await api.data(POST, {"loan": id_of("Loan", *loan)})
    assert data["postPayment"]["loan"]["overdue"]["amount"] == "0.00"
    id: str = data["postPayment"]["payment"]["id"]
    return id


def reversal(payment: str, **other: Any) -> dict[str, Any]:
    order = {"idempotencyKey": "taken-back", "paymentId": payment, "reason": "wrong loan"}
    return {"input": order | other}


async def test_the_loan_stands_as_if_it_had_never_come(api: Api, posted: str) -> None:
    answer = await api.ask(REVERSE, reversal(posted))
    assert answer["data"]["reversePayment"] == {
        "payment": {"id": posted, "isReversed": True},
        "loan": {"daysPastDue": 43, "overdue": {"amount": "1010.00"}},
        "userErrors": [],
    }
    assert answer["extensions"]["idempotency"] == {"replayed": False}


async def test_the_same_order_again_has_the_same_answer(api: Api, posted: str) -> None:
    first = await api.ask(REVERSE, reversal(posted))
    again = await api.ask(REVERSE, reversal(posted))
    assert again["data"] == first["data"]
    assert again["extensions"]["idempotency"] == {"replayed": True}
    assert await events() == 3


async def test_an_unknown_payment_is_refused(api: Api, posted: str) -> None:
    await assert_refused(
        api, reversal(id_of("Payment", 1, 999)), "PAYMENT_NOT_FOUND", ["paymentId"]
    )


async def test_a_payment_outside_the_callers_rows_does_not_exist(posted: str) -> None:
    stranger = actor_of(Role.credit_manager, row_scope=RowScope.own, scopes=frozenset(ALL_SCOPES))
    await assert_refused(Api(stranger), reversal(posted), "PAYMENT_NOT_FOUND", ["paymentId"])


async def test_it_is_taken_back_once(api: Api, posted: str) -> None:
    await api.data(REVERSE, reversal(posted))
    order = reversal(posted, idempotencyKey="another")
    await assert_refused(api, order, "ALREADY_REVERSED", ["paymentId"], events_before=3)


@pytest.mark.parametrize("reason", ["", "   "])
async def test_it_says_why(api: Api, posted: str, reason: str) -> None:
    await assert_refused(api, reversal(posted, reason=reason), "REASON_MISSING", ["reason"])


@pytest.mark.parametrize(
    ("reason", "code"), [("x" * 201, "TEXT_TOO_LONG"), ("wrong\nloan", "BAD_TEXT")]
)
async def test_a_reason_that_cannot_be_kept_is_an_error_at_the_top(
    api: Api, posted: str, reason: str, code: str
) -> None:
    before = await events()
    assert await api.codes(REVERSE, reversal(posted, reason=reason)) == [code]
    assert await events() == before


async def test_a_key_with_another_reason_is_refused(api: Api, posted: str) -> None:
    await api.data(REVERSE, reversal(posted))
    order = reversal(posted, reason="another reason")
    await assert_refused(api, order, "IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"], events_before=3)


def test_every_code_is_reached_by_a_test_above() -> None:
    assert {code.value for code in ReversePaymentErrorCode} == {
        "PAYMENT_NOT_FOUND",
        "ALREADY_REVERSED",
        "REASON_MISSING",
        "IDEMPOTENCY_KEY_REUSED",
    }


async def test_another_kind_of_id_is_a_fault_of_the_program(api: Api, loan: LoanKey) -> None:
    codes = await api.codes(REVERSE, reversal(id_of("Loan", *loan)))
    assert codes == ["WRONG_ID_TYPE"]


async def test_reading_is_not_writing(posted: str) -> None:
    reader = Api(integrator(Scope.payments_read, Scope.loans_read))
    assert await reader.codes(REVERSE, reversal(posted)) == ["INSUFFICIENT_SCOPE"]
    assert await events() == 2


async def assert_refused(
    api: Api, order: dict[str, Any], code: str, path: list[str], *, events_before: int = 2
) -> None:
    refused = (await api.data(REVERSE, order))["reversePayment"]
    assert (refused["payment"], refused["loan"]) == (None, None)
    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == (code, path)
    assert await events() == events_before


async def events() -> int:
    count: int = await database.value("SELECT count(*) FROM loan_event")
    return count
