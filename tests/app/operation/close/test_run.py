from datetime import date, timedelta

import pytest

from tests.app.operation.close.book import assert_as_drawn, close_to, interval_rows, loan_columns
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
    await set_business_date(date(2026, 3, 1))
    loan = await make_loan(MARCH)
    # Into every bucket, and a day beyond its edge.
    for days_past_due in (0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 150, 151, 180, 181):
        on = MARCH[0][0] + timedelta(days=days_past_due)
        await close_to(on)
        await assert_as_drawn(loan, on)
    assert [row[2] for row in await interval_rows(loan)] == [0, 1, 2, 2, 3, 4, 5, 6, 7]
    assert (await loan_columns(loan))[4] is None
