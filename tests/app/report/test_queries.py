from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.loan.actions import post_payment, reverse_payment
from app.loan.order import PostPayment, ReversePayment
from app.permission import Role, RowScope
from app.report import queries
from app.report.delinquency import Basis, BucketFigures
from app.report.queries import LOANS_PER_PAGE
from tests.app.report.books import FAR, ON, make_held, make_portfolio
from tests.factories import (
    actor_of,
    make_branch,
    make_customer,
    make_loan,
    make_team,
    set_business_date,
)

pytestmark = pytest.mark.usefixtures("database")
OFFICER = actor_of(Role.risk_officer)
MANAGER = actor_of(Role.credit_manager)


async def test_a_known_portfolio_to_the_cent() -> None:
    await make_portfolio()
    point = await queries.point(OFFICER, ON, "CNY")
    assert (point.loan_count, point.principal_minor) == (10, 84_000_00)
    assert point.buckets == [
        BucketFigures(bucket=1, loan_count=2, principal_minor=14_000_00, overdue_minor=1_300_00),
        BucketFigures(bucket=2, loan_count=1, principal_minor=5_000_00, overdue_minor=900_00),
        BucketFigures(bucket=3, loan_count=1, principal_minor=12_000_00, overdue_minor=3_000_00),
        BucketFigures(bucket=4, loan_count=1, principal_minor=9_000_00, overdue_minor=2_800_00),
        BucketFigures(bucket=7, loan_count=3, principal_minor=14_000_00, overdue_minor=11_200_00),
    ]
    rates = [point.rate(basis) for basis in Basis]
    assert [round(rate, 6) if rate is not None else None for rate in rates] == [
        Decimal("0.8"), Decimal("0.642857"), Decimal("0.228571"),
    ]  # fmt: skip


async def test_a_date_that_lies_back_is_counted_as_it_was() -> None:
    """A third of it was repaid in February; on the day before nothing of that is known."""
    await set_business_date(ON)
    loan = await make_loan(
        [(date(2026, 1, 31), 300, 10), (date(2026, 2, 28), 300, 5), (FAR, 300, 0)],
        disbursed_on=date(2026, 1, 1),
    )
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=310,
        currency="CNY",
        value_on=date(2026, 2, 20),
    )
    await post_payment(MANAGER, order, key="one")

    async def counted(on: date) -> tuple[int, int, list[tuple[int, int, int]]]:
        point = await queries.point(OFFICER, on, "CNY")
        late = [(b.bucket, b.principal_minor, b.overdue_minor) for b in point.buckets]
        return point.loan_count, point.principal_minor, late

    assert await counted(date(2025, 12, 31)) == (0, 0, [])
    assert await counted(date(2026, 1, 31)) == (1, 900, [])
    assert await counted(date(2026, 2, 19)) == (1, 900, [(1, 900, 310)])
    assert await counted(date(2026, 2, 20)) == (1, 600, [])
    assert await counted(date(2026, 3, 1)) == (1, 600, [(1, 600, 305)])
    assert await counted(ON) == (1, 600, [(2, 600, 305)])


async def test_a_payment_taken_back_never_was() -> None:
    await set_business_date(ON)
    loan = await make_held(31, 5_000_00, 900_00)
    before = await queries.point(OFFICER, ON, "CNY")
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=900_00,
        currency="CNY",
        value_on=date(2026, 3, 10),
    )
    posted = await post_payment(MANAGER, order, key="one")
    assert (await queries.point(OFFICER, ON, "CNY")).buckets == []
    back = ReversePayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        payment_id=posted.result.payment_id,
        reason="wrong loan",
    )
    await reverse_payment(MANAGER, back, key="two")
    assert await queries.point(OFFICER, ON, "CNY") == before


async def test_a_closed_loan_is_in_the_book_until_it_closed() -> None:
    await set_business_date(ON)
    loan = await make_held(31, 900, 900)
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=900,
        currency="CNY",
        value_on=date(2026, 3, 20),
    )
    await post_payment(MANAGER, order, key="all")
    on_the_eve = await queries.point(OFFICER, date(2026, 3, 19), "CNY")
    assert (on_the_eve.loan_count, on_the_eve.principal_minor) == (1, 900)
    assert [b.overdue_minor for b in on_the_eve.buckets] == [900]
    since = await queries.point(OFFICER, date(2026, 3, 20), "CNY")
    assert (since.loan_count, since.principal_minor, since.buckets) == (0, 0, [])


async def test_two_currencies_are_never_added_up() -> None:
    await set_business_date(ON)
    await make_held(5, 100, 10)
    await make_held(5, 100, 10)
    await make_held(5, 700, 70, currency="USD")
    assert await queries.main_currency() == "CNY"
    assert (await queries.point(OFFICER, ON, "CNY")).principal_minor == 200
    assert (await queries.point(OFFICER, ON, "USD")).principal_minor == 700
    assert (await queries.point(OFFICER, ON, "EUR")).loan_count == 0


async def test_an_empty_book_has_a_currency_all_the_same() -> None:
    assert await queries.main_currency() == "CNY"


async def test_everybody_counts_his_own_rows() -> None:
    await set_business_date(ON)
    east, west = await make_branch(), await make_branch("west", "West branch")
    team = await make_team(east)
    await make_held(5, 100, 10, branch_id=east, team_id=team)
    await make_held(40, 1_000, 100, branch_id=east)
    await make_held(5, 10_000, 1_000, branch_id=west)

    async def counted(**scope: Any) -> tuple[int, int, list[int]]:
        point = await queries.point(actor_of(Role.lead, **scope), ON, "CNY")
        return (
            point.loan_count,
            point.principal_minor,
            [bucket.overdue_minor for bucket in point.buckets],
        )

    branch, own_team = RowScope.branch, RowScope.team
    assert await counted() == (3, 11_100, [1_010, 100])
    assert await counted(row_scope=branch, branch_id=east) == (2, 1_100, [10, 100])
    assert await counted(row_scope=branch, branch_id=west) == (1, 10_000, [1_000])
    assert await counted(row_scope=own_team, team_id=team) == (1, 100, [10])
    assert await counted(row_scope=branch) == (0, 0, [])


async def test_the_loans_behind_a_number_are_those_it_counted() -> None:
    loans = await make_portfolio()
    found = await queries.late_loans(OFFICER, ON, "CNY", 7, after=None)
    assert [row["id"] for row in found] == [loan.loan_id for loan in loans[7:]]
    assert [row["overdue_minor"] for row in found] == [4_200_00, 4_000_00, 3_000_00]
    assert [row["principal_left_minor"] for row in found] == [7_000_00, 4_000_00, 3_000_00]
    assert found[0]["overdue_since"] == date(2025, 9, 12)
    assert await queries.late_loans(OFFICER, ON, "USD", 7, after=None) == []
    assert await queries.late_loans(OFFICER, ON, "CNY", 6, after=None) == []


async def test_they_come_in_pages_none_twice_and_none_left_out() -> None:
    await set_business_date(ON)
    # Equal amounts: the id tells them apart.
    loans = [await make_held(5, 100, 10) for _ in range(LOANS_PER_PAGE + 3)]
    first = await queries.late_loans(OFFICER, ON, "CNY", 1, after=None)
    assert len(first) == LOANS_PER_PAGE + 1
    last = first[LOANS_PER_PAGE - 1]
    rest = await queries.late_loans(
        OFFICER, ON, "CNY", 1, after=(last["overdue_minor"], last["id"])
    )
    ids = [row["id"] for row in [*first[:LOANS_PER_PAGE], *rest]]
    assert ids == sorted((loan.loan_id for loan in loans), reverse=True)


async def test_the_loans_of_another_branch_stay_there() -> None:
    await set_business_date(ON)
    east, west = await make_branch(), await make_branch("west", "West branch")
    customer_id = await make_customer(branch_id=east)
    await make_loan([(date(2026, 3, 26), 100, 0)], customer_id=customer_id)
    for branch_id, count in ((east, 1), (west, 0)):
        lead = actor_of(Role.lead, row_scope=RowScope.branch, branch_id=branch_id)
        assert len(await queries.late_loans(lead, ON, "CNY", 1, after=None)) == count
