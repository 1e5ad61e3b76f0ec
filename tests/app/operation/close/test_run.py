from datetime import date

import pytest

from app import database as db
from tests.app.operation.close.book import DAY, assert_as_drawn, close_to, loan_columns
from tests.factories import make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

MARCH = [(date(2026, 3, 15), 100_00, 10_00), (date(2026, 4, 15), 100_00, 5_00)]


async def test_nothing_is_late_on_the_due_date_and_all_of_it_the_day_after() -> None:
    await set_business_date(date(2026, 3, 14))
    loan = await make_loan(MARCH)
    await close_to(date(2026, 3, 15))
    assert (await loan_columns(loan))[:3] == (None, 0, 0)
    await close_to(date(2026, 3, 16))
    assert (await loan_columns(loan))[:3] == (date(2026, 3, 15), 110_00, 1)
    await assert_as_drawn(loan, date(2026, 3, 16))


async def test_every_day_of_a_loan_nobody_pays_is_as_the_line_draws_it() -> None:
    on = date(2026, 3, 1)
    await set_business_date(on)
    loan = await make_loan(MARCH)
    while on < date(2026, 10, 20):
        on += DAY
        await close_to(on)
        await assert_as_drawn(loan, on)
    assert (await loan_columns(loan))[2] == 7
    assert (await loan_columns(loan))[4] is None
