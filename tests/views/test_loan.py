import re
from datetime import date
from typing import Any

import httpx2
import pytest

from app import database as db
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.number import loan_number, payment_number
from app.permission import Role
from tests.factories import LoanKey, actor_of, make_loan, set_business_date
from tests.views.client import PART, browsing
from views import loan as pages
from views import loan_payment

pytestmark = pytest.mark.usefixtures("database", "redis")

ROUTES = [*pages.routes, *loan_payment.routes]
MANAGER, SERVICE = actor_of(Role.credit_manager), actor_of(Role.service)
SCHEDULE = [
    (date(2026, 1, 31), 100_000, 1_000),
    (date(2026, 2, 28), 100_000, 800),
    (date(2026, 3, 31), 100_000, 600),
]
FORM = {
    "amount": "1010.00",
    "value_on": "2026-03-10",
    "channel": "transfer",
    "reference": "B-7",
    "key": "made-with-the-form",
}


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    return await make_loan(SCHEDULE, source_number="PL-1")


def path(loan: LoanKey) -> str:
    return f"/customer/{loan.customer_id}/loan/{loan.loan_id}"


async def asked(
    method: str, path: str, *, actor: Any = MANAGER, language: str = "en", **options: Any
) -> httpx2.Response:
    async with browsing(ROUTES, actor=actor, language=language) as client:
        return await client.request(method, path, **options)


async def pay(loan: LoanKey, amount_minor: int, on: date, key: str) -> int:
    posted = await post_payment(
        MANAGER,
        PostPayment(
            customer_id=loan.customer_id, loan_id=loan.loan_id, amount_minor=amount_minor,
            currency="CNY", value_on=on, channel="direct_debit",
        ),
        key=key,
    )  # fmt: skip
    return posted.result.payment_id


def text(response: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def rows(response: httpx2.Response) -> list[str]:
    body = response.text.split("<tbody", 1)[1]
    found = re.findall(r"<tr\b.*?</tr>", body, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]


async def payments() -> int:
    return int(await db.value("SELECT count(*) FROM payment"))


async def test_schedule_says_what_is_paid_part_paid_late_and_not_due(loan: LoanKey) -> None:
    await pay(loan, 101_000 + 30_000, date(2026, 2, 5), "one")
    page = await asked("GET", path(loan))
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert rows(page) == [
        "1 31 Jan 2026 ¥1,010.00 ¥1,000.00 ¥10.00 ¥1,010.00 – ¥1,010.00 Paid 5 days late",
        "2 28 Feb 2026 ¥1,008.00 ¥1,000.00 ¥8.00 ¥300.00 ¥708.00 Part · 15 d late",
        "3 31 Mar 2026 ¥1,006.00 ¥1,000.00 ¥6.00 – ¥1,006.00 Not due",
    ]
    shown = text(page)
    for expected in (
        loan_number(loan.loan_id), "PL-1", "15 d late", "M1 (1–30)", "¥708.00", "1 of 3 paid",
        "12.00%", "To pay today", "Instalment 2 · 28 Feb",
        "principal ¥1,000.00 + interest ¥8.00", "Paid on 5 Feb −¥300.00",
        "on 15 Mar 2026 that is 15 days past due, bucket M1 (1–30)",
    ):  # fmt: skip
        assert expected in shown, expected


async def test_statement_of_an_earlier_day(loan: LoanKey) -> None:
    await pay(loan, 101_000, date(2026, 2, 5), "one")
    page = await asked("GET", f"{path(loan)}?on=2026-02-03")
    assert rows(page)[0].endswith("¥1,010.00 3 d late")
    assert "as of 3 Feb 2026" in text(page)
    assert "To pay on 3 Feb 2026 ¥1,010.00" in text(page)


@pytest.mark.parametrize(
    ("asked_for", "shown"),
    [
        ("2025-01-01", "2026-01-01"),
        ("2027-01-01", "2026-03-15"),
        ("nonsense", "2026-03-15"),
        ("2026-02-30", "2026-03-15"),
        ("20260201", "2026-03-15"),
    ],
)
async def test_day_outside_the_loans_life(loan: LoanKey, asked_for: str, shown: str) -> None:
    page = await asked("GET", f"{path(loan)}?on={asked_for}")
    assert f'name="on" value="{shown}"' in page.text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("tab", ["schedule", "payment", "event", "related", "security", "x"])
async def test_every_tab_is_drawn_in_both_languages(loan: LoanKey, tab: str, language: str) -> None:
    page = await asked("GET", f"{path(loan)}?tab={tab}", language=language)
    assert page.status_code == 200
    assert page.text.count('aria-current="page"') == 1


async def test_reversed_payment_is_struck_and_linked_both_ways(loan: LoanKey) -> None:
    payment_id = await pay(loan, 101_000, date(2026, 2, 5), "one")
    await asked(
        "POST", f"{path(loan)}/payment/{payment_id}/reversal", data={"reason": "twice", "key": "k"}
    )
    ledger = await asked("GET", f"{path(loan)}?tab=payment")
    assert "<s>Direct debit</s>" in ledger.text
    assert '<s class="none">¥1,010.00</s>' in ledger.text
    assert f'href="{path(loan)}?tab=event#event-3"' in ledger.text
    events = text(await asked("GET", f"{path(loan)}?tab=event"))
    assert "The payment of ¥1,010.00 of 5 Feb 2026 was taken back." in events
    assert "Reason: twice" in events
    assert "The loan came into the book: ¥3,000.00 in 3 instalments" in events


async def test_chinese_event_is_a_chinese_sentence(loan: LoanKey) -> None:
    await pay(loan, 101_000, date(2026, 2, 5), "one")
    events = text(await asked("GET", f"{path(loan)}?tab=event", language="zh-CN"))
    assert "收到还款 ¥1,010.00，起息日 2026年2月5日。" in events


async def test_a_payment_is_posted_and_the_page_drawn_anew(loan: LoanKey) -> None:
    answer = await asked("POST", f"{path(loan)}/payment", data=FORM, headers=PART)
    assert answer.status_code == 200
    payment = await db.row("SELECT id, amount_minor, value_on, channel, reference FROM payment")
    assert payment is not None
    assert (payment["amount_minor"], payment["value_on"]) == (101_000, date(2026, 3, 10))
    assert (payment["channel"], payment["reference"]) == ("transfer", "B-7")
    shown = text(answer)
    assert f"¥1,010.00 posted as {payment_number(payment['id'])}" in shown
    assert "Still overdue: ¥1,008.00" in shown
    assert 'hx-target="#loan"' in answer.text


async def test_without_script_it_leads_back_to_the_ledger(loan: LoanKey) -> None:
    answer = await asked("POST", f"{path(loan)}/payment", data=FORM)
    payment_id = await db.value("SELECT id FROM payment")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{path(loan)}?tab=payment#payment-{payment_id}"


async def test_form_sent_twice_books_once(loan: LoanKey) -> None:
    answers = [await asked("POST", f"{path(loan)}/payment", data=FORM) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [
        answers[0].headers["location"]
    ] * 2
    assert await payments() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": "12,30"}, "“12,30” is not an amount of money."),
        ({"amount": "1e3"}, "“1e3” is not an amount of money."),
        ({"amount": "NaN"}, "“NaN” is not an amount of money."),
        ({"amount": "1.234"}, "CNY has 2 decimals; “1.234” has more."),
        ({"amount": "0"}, "A payment must be more than zero."),
        ({"amount": "-5"}, "A payment must be more than zero."),
        ({"value_on": "2026-03-16"}, "The value date 2026-03-16 lies after the business date"),
        ({"value_on": "2025-12-31"}, "was paid out on 2026-01-01"),
        ({"value_on": "2026-02-30"}, "Give the day the money came"),
        ({"value_on": "20260301"}, "Give the day the money came"),
        ({"channel": "pigeon"}, "Choose how the money came."),
        ({"reference": "x" * 121}, "A reference has at most 120 characters."),
        ({"key": ""}, "This form is too old. Open it again."),
    ],
)
async def test_wrong_form_says_what_to_mend_and_books_nothing(
    loan: LoanKey, wrong: dict[str, str], words: str
) -> None:
    answer = await asked("POST", f"{path(loan)}/payment", data={**FORM, **wrong}, headers=PART)
    assert answer.status_code == 422
    assert words in text(answer)
    assert "<html" not in answer.text
    assert await payments() == 0
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


async def test_closed_loan_says_why_nothing_can_be_posted(loan: LoanKey) -> None:
    await pay(loan, 302_400, date(2026, 3, 10), "all")
    page = await asked("GET", path(loan))
    number = loan_number(loan.loan_id)
    assert f"Loan {number} was closed on 2026-03-10." in text(page)
    assert 'aria-disabled="true"' in page.text
    form = await asked("GET", f"{path(loan)}/payment", headers=PART)
    assert f"Loan {number} was closed on 2026-03-10." in text(form)
    answer = await asked("POST", f"{path(loan)}/payment", data=FORM, headers=PART)
    assert answer.status_code == 409
    assert await payments() == 1


async def test_payment_is_taken_back(loan: LoanKey) -> None:
    payment_id = await pay(loan, 101_000, date(2026, 2, 5), "one")
    url = f"{path(loan)}/payment/{payment_id}/reversal"
    form = await asked("GET", url, headers=PART)
    assert payment_number(payment_id) in form.text

    answer = await asked("POST", url, data={"reason": "booked twice", "key": "k"}, headers=PART)

    assert f"{payment_number(payment_id)} was taken back" in text(answer)
    assert "Overdue now: ¥2,018.00" in text(answer)
    assert await db.value("SELECT reversal_event_id IS NOT NULL FROM payment") is True


async def test_reversal_without_a_reason(loan: LoanKey) -> None:
    payment_id = await pay(loan, 101_000, date(2026, 2, 5), "one")
    url = f"{path(loan)}/payment/{payment_id}/reversal"
    answer = await asked("POST", url, data={"reason": " ", "key": "k"}, headers=PART)
    assert answer.status_code == 422
    assert "A reversal needs its reason." in text(answer)
    assert await db.value("SELECT reversal_event_id FROM payment") is None


async def test_reversal_of_what_was_reversed(loan: LoanKey) -> None:
    payment_id = await pay(loan, 101_000, date(2026, 2, 5), "one")
    url = f"{path(loan)}/payment/{payment_id}/reversal"
    await asked("POST", url, data={"reason": "twice", "key": "k"})
    words = f"Payment {payment_number(payment_id)} has been reversed already."
    assert words in text(await asked("GET", url, headers=PART))
    again = await asked("POST", url, data={"reason": "twice", "key": "other"}, headers=PART)
    assert again.status_code == 409
    assert words in text(again)


async def test_payment_of_another_loan_is_not_found(loan: LoanKey) -> None:
    other = await make_loan(SCHEDULE)
    payment_id = await pay(other, 1_000, date(2026, 2, 5), "one")
    for id in (payment_id, payment_id + 1, 10**30):
        url = f"{path(loan)}/payment/{id}/reversal"
        assert (await asked("GET", url)).status_code == 404
        assert (await asked("POST", url, data={"reason": "x"})).status_code == 404


async def test_service_reads_and_moves_no_money(loan: LoanKey) -> None:
    page = await asked("GET", f"{path(loan)}?tab=payment", actor=SERVICE)
    assert page.status_code == 200
    assert "/payment" not in page.text.replace("?tab=payment", "")
    answer = await asked("POST", f"{path(loan)}/payment", data=FORM, actor=SERVICE)
    assert answer.status_code == 403
    assert await payments() == 0


async def test_loan_of_somebody_else(loan: LoanKey) -> None:
    other = await make_loan(SCHEDULE)
    wrong = LoanKey(other.customer_id, loan.loan_id)
    assert (await asked("GET", path(wrong))).status_code == 404
    assert (await asked("GET", path(LoanKey(10**30, loan.loan_id)))).status_code == 404
