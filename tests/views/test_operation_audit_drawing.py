from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.i18n import speaking
from app.number import case_number, customer_number, payment_number
from app.operation.audit_log import Entry
from views.operation_audit_drawing import LISTED_MAX, Value, values_of


def drawn(
    order: dict[str, Any], facts: dict[str, Any] | None = None, language: str = "en"
) -> list[Value]:
    entry = Entry(
        id=1,
        chain=0,
        sequence=1,
        at=datetime(2026, 3, 15, tzinfo=UTC),
        business_date=date(2026, 3, 15),
        verb="x.y",
        actor="user:1:Ada",
        customer_id=None,
        request_id="",
        order=order,
        facts=facts or {},
    )
    with speaking(language):
        return values_of(entry)


@pytest.mark.parametrize(
    ("order", "name", "text"),
    [
        ({"customer_id": 5}, "Borrower", customer_number(5)),
        ({"case_id": 7}, "Case", case_number(7)),
        ({"payment_id": 8}, "Payment", payment_number(8)),
        ({"reminder_id": 12345}, "Reminder", "12345"),
        ({"rows": 12345}, "Rows", "12,345"),
        ({"value_on": "2026-03-15"}, "Value date", "15 Mar 2026"),
        ({"value_on": "someday"}, "Value date", "someday"),
        ({"in_background": True}, "By a worker", "Yes"),
        ({"in_background": False}, "By a worker", "No"),
        ({"from_stage": "to_contact"}, "From column", "To contact"),
        ({"stage": "gone_by_now"}, "To column", "gone_by_now"),
        ({"reason": "calling_back"}, "Reason", "Calling the customer"),
        ({"reason": "booked to the wrong loan"}, "Reason", "booked to the wrong loan"),
        ({"column": "id_number"}, "Value", "ID number"),
        ({"roles": ["collector", "gone"]}, "Roles", "Collector, gone"),
        ({"shown": [5, 6]}, "Shown", f"{customer_number(5)}, {customer_number(6)}"),
        ({"written": {"loan": 3, "payment": 4}}, "written", "loan: 3 · payment: 4"),
        ({"text": "x" * 300}, "Typed", "x" * 119 + "…"),
    ],
)
def test_a_value_as_people_read_it(order: dict[str, Any], name: str, text: str) -> None:
    assert [(value.name, value.text) for value in drawn(order)] == [(name, text)]


def test_money_is_in_the_currency_of_its_entry() -> None:
    euro = drawn({"currency": "EUR"}, {"amount_minor": 1_234_56})
    assert euro[-1] == Value("Amount", "€1,234.56")
    assert drawn({"amount_minor": 123456})[0].text == "123,456"


def test_what_is_empty_says_nothing() -> None:
    assert drawn({"why": "", "channel": None, "shown": [], "facts": {}}) == []
    assert drawn({"expected_version": 0}) == [Value("Version seen", "0")]


def test_a_long_list_is_counted() -> None:
    (value,) = drawn({"shown": list(range(1, LISTED_MAX + 4))})
    assert value.text.endswith("and 3 more")
    (chinese,) = drawn({"shown": list(range(1, LISTED_MAX + 4))}, language="zh-CN")
    assert chinese.text.endswith("等，另有 3 项")


def test_borrower_and_loan_lead_to_their_pages() -> None:
    paths = {value.name: value.path for value in drawn({"customer_id": 5, "loan_id": 9})}
    assert paths == {"Borrower": "/customer/5", "Loan": "/customer/5/loan/9"}
    assert drawn({"loan_id": 9})[0].path == ""
