"""What a close does to cases; `tests/app/collection/test_case.py` has what verbs do to them."""

from datetime import date

import pytest

from app import database as db
from tests.app.operation.close.book import case_rows, close_to
from tests.factories import (
    make_branch,
    make_customer,
    make_loan,
    make_team,
    make_user,
    set_business_date,
)

pytestmark = pytest.mark.usefixtures("database")

TODAY, TOMORROW = date(2026, 3, 15), date(2026, 3, 16)


async def events() -> list[tuple[str, str | None, str | None, date]]:
    found = await db.rows(
        "SELECT kind, from_stage, to_stage, business_date FROM case_event ORDER BY id"
    )
    return [tuple(row.values()) for row in found]


async def news() -> list[tuple[str, str]]:
    found = await db.rows("SELECT from_stage, to_stage FROM live_event ORDER BY id")
    return [(row["from_stage"], row["to_stage"]) for row in found]


async def test_newly_overdue_borrower_gets_a_case_of_his_own_people() -> None:
    await set_business_date(TODAY)
    branch_id = await make_branch()
    team_id = await make_team(branch_id)
    owner_id = await make_user(branch_id=branch_id, team_id=team_id)
    customer_id = await make_customer(branch_id=branch_id, team_id=team_id, owner_id=owner_id)
    await make_loan([(TODAY, 100_00, 10_00)], customer_id=customer_id)
    await close_to(TOMORROW)
    assert await case_rows(customer_id) == [
        {
            "stage": "to_contact",
            "opened_on": TOMORROW,
            "closed_on": None,
            "close_reason": None,
            "overdue_since": TODAY,
            "overdue_minor": 110_00,
            "currency": "CNY",
            "overdue_other": "{}",
            "overdue_loan_count": 1,
            "branch_id": branch_id,
            "team_id": team_id,
            "assignee_id": owner_id,
            "version": 1,
        }
    ]
    assert await events() == [("opened", None, "to_contact", TOMORROW)]
    assert await news() == [("", "to_contact")]


async def test_case_is_one_for_all_loans_and_counts_each_currency_apart() -> None:
    await set_business_date(TODAY)
    customer_id = await make_customer()
    later = date(2026, 3, 17)
    await make_loan([(later, 50_00, 0)], customer_id=customer_id, currency="USD")
    await make_loan([(TODAY, 100_00, 0)], customer_id=customer_id)
    await make_loan([(later, 30_00, 0)], customer_id=customer_id)
    await make_loan([(later, 7_000, 0)], customer_id=customer_id, currency="JPY")
    await close_to(date(2026, 3, 18))
    [case] = await case_rows(customer_id)
    assert (case["currency"], case["overdue_minor"]) == ("CNY", 130_00)
    assert case["overdue_other"] == '{"JPY": 7000, "USD": 5000}'
    assert (case["overdue_loan_count"], case["overdue_since"]) == (4, TODAY)
    # A sum is no decision: who has the card at hand may still move it.
    assert case["version"] == 1
    assert await events() == [("opened", None, "to_contact", TOMORROW)]
    assert await news() == [("", "to_contact"), ("to_contact", "to_contact")]


async def test_case_of_a_debt_that_is_gone_is_closed_and_a_new_debt_opens_another() -> None:
    await set_business_date(TODAY)
    customer_id = await make_customer()
    loan = await make_loan([(TODAY, 100_00, 0), (date(2026, 3, 20), 1_00, 0)],
                           customer_id=customer_id)  # fmt: skip
    await close_to(TOMORROW)
    await db.execute(
        "UPDATE collection_case SET stage = 'promised' WHERE customer_id = $1", customer_id
    )
    # As a bulk load would leave it: paid, and the case not yet looked at.
    await db.execute(
        "UPDATE instalment SET principal_paid_minor = principal_minor, settled_on = $2"
        " WHERE customer_id = $1 AND number = 1",
        customer_id, TOMORROW,
    )  # fmt: skip
    await db.execute(
        "UPDATE loan SET principal_left_minor = 1_00, next_change_on = $3"
        " WHERE customer_id = $1 AND id = $2",
        customer_id, loan.loan_id, date(2026, 3, 17),
    )  # fmt: skip
    await close_to(date(2026, 3, 21))
    cured, opened = await case_rows(customer_id)
    assert (cured["closed_on"], cured["close_reason"]) == (date(2026, 3, 17), "cured")
    assert cured["version"] == 2
    assert (opened["opened_on"], opened["stage"]) == (date(2026, 3, 21), "to_contact")
    assert [event[:3] for event in await events()] == [
        ("opened", None, "to_contact"),
        ("closed", "promised", None),
        ("opened", None, "to_contact"),
    ]
    assert await news() == [("", "to_contact"), ("promised", ""), ("", "to_contact")]


async def test_borrower_who_is_not_late_has_no_case() -> None:
    await set_business_date(TODAY)
    await make_loan([(TOMORROW, 100_00, 0)])
    await close_to(TOMORROW)
    assert await db.value("SELECT count(*) FROM collection_case") == 0
    assert await news() == []
