"""Small books whose rates are known."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from tests.factories import LoanKey, make_customer, make_loan, set_business_date

ON = date(2026, 3, 31)
FAR = date(2027, 6, 30)


class Held(NamedTuple):
    days_late: int
    principal_minor: int
    overdue_minor: int


# Ten loans: half of the book's money is with the first three, the late ones are small.
PORTFOLIO = (
    Held(0, 10_000_00, 0),
    Held(0, 20_000_00, 0),
    Held(5, 8_000_00, 700_00),
    Held(30, 6_000_00, 600_00),
    Held(31, 5_000_00, 900_00),
    Held(90, 12_000_00, 3_000_00),
    Held(91, 9_000_00, 2_800_00),
    Held(200, 7_000_00, 4_200_00),
    Held(271, 4_000_00, 4_000_00),
    Held(361, 3_000_00, 3_000_00),
)


async def make_portfolio() -> list[LoanKey]:
    await set_business_date(ON)
    return [await make_held(*held) for held in PORTFOLIO]


async def make_held(
    days_late: int,
    principal_minor: int,
    overdue_minor: int,
    *,
    currency: str = "CNY",
    **places: Any,
) -> LoanKey:
    """A loan that owes `principal_minor` on `ON`, `overdue_minor` of it for so many days."""
    schedule = []
    if overdue_minor:
        schedule.append((ON - timedelta(days=days_late), overdue_minor, 0))
    if principal_minor > overdue_minor:
        schedule.append((FAR, principal_minor - overdue_minor, 0))
    return await make_loan(
        schedule,
        customer_id=await make_customer(**places),
        disbursed_on=date(2025, 1, 1),
        currency=currency,
    )
