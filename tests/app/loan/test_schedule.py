from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.loan.schedule import Frequency, Method, Terms, due_dates, period_before, schedule


def test_equal_principal_of_a_mortgage() -> None:
    """A million at 4.9 % over thirty years, a figure that is published."""
    rows = schedule(
        Terms(
            principal_minor=100_000_000,
            annual_rate=Decimal("4.9"),
            instalment_count=360,
            first_due_on=date(2026, 1, 31),
            method=Method.equal_principal,
        )
    )
    assert (rows[0].due_minor, rows[-1].due_minor) == (686_111, 278_912)
    assert sum(row.interest_minor for row in rows) == 73_704_167


def test_equal_instalments() -> None:
    rows = schedule(
        Terms(
            principal_minor=12_800_000,
            annual_rate=Decimal("6.375"),
            instalment_count=360,
            first_due_on=date(2007, 9, 1),
        )
    )
    assert (rows[0].principal_minor, rows[0].interest_minor) == (11_855, 68_000)
    assert {row.due_minor for row in rows[:-1]} == {79_855}
    assert rows[-1].due_on == date(2037, 8, 1)


@pytest.mark.parametrize("method", Method)
@given(
    principal_minor=st.integers(1, 10**9),
    rate=st.decimals(0, 36, places=3),
    count=st.integers(1, 120),
)
def test_principal_is_repaid_to_the_last_unit(
    method: Method, principal_minor: int, rate: Decimal, count: int
) -> None:
    rows = schedule(
        Terms(
            principal_minor=principal_minor,
            annual_rate=rate,
            instalment_count=count,
            first_due_on=date(2026, 1, 31),
            method=method,
        )
    )
    assert sum(row.principal_minor for row in rows) == principal_minor
    assert all(row.principal_minor >= 0 and row.interest_minor >= 0 for row in rows)


def test_the_day_of_the_month_is_kept() -> None:
    assert due_dates(date(2026, 1, 31), 3) == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31),
    ]  # fmt: skip
    assert due_dates(date(2026, 1, 1), 2, Frequency.biweekly)[1] == date(2026, 1, 15)
    assert period_before(date(2026, 3, 31), Frequency.monthly) == date(2026, 2, 28)
