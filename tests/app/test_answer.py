from datetime import date

import pytest

from app.answer import keep_answer, kept_answer
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.permission import Permission
from tests.factories import client_of, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

CLIENT = client_of(Permission.PAYMENT_POST)
VERB, KEY = "payment.post", "order-1"


@pytest.fixture
async def order() -> PostPayment:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan([(date(2026, 3, 31), 1000, 10)])
    return PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=100,
        currency="CNY",
        value_on=date(2026, 3, 15),
    )


async def test_what_was_said_first_is_what_is_kept(order: PostPayment) -> None:
    await post_payment(CLIENT, order, key=KEY)
    assert await kept_answer(CLIENT, VERB, KEY, asked="a") is None
    await keep_answer(CLIENT, VERB, KEY, asked="a", text='{"b": 1, "a": 2}')
    await keep_answer(CLIENT, VERB, KEY, asked="a", text="something else")
    assert await kept_answer(CLIENT, VERB, KEY, asked="a") == '{"b": 1, "a": 2}'


async def test_each_question_has_an_answer_of_its_own(order: PostPayment) -> None:
    await post_payment(CLIENT, order, key=KEY)
    await keep_answer(CLIENT, VERB, KEY, asked="a", text="1")
    await keep_answer(CLIENT, VERB, KEY, asked="b", text="2")
    assert await kept_answer(CLIENT, VERB, KEY, asked="a") == "1"
    assert await kept_answer(CLIENT, VERB, KEY, asked="b") == "2"


async def test_it_is_nobody_elses(order: PostPayment) -> None:
    await post_payment(CLIENT, order, key=KEY)
    await keep_answer(CLIENT, VERB, KEY, asked="a", text="1")
    assert await kept_answer(client_of(id=8), VERB, KEY, asked="a") is None


async def test_the_verb_still_reads_its_own_result(order: PostPayment) -> None:
    first = await post_payment(CLIENT, order, key=KEY)
    await keep_answer(CLIENT, VERB, KEY, asked="a", text="1")
    again = await post_payment(CLIENT, order, key=KEY)
    assert (again.replayed, again.result) == (True, first.result)
