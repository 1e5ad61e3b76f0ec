from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report.delinquency import (
    MONTHS_MAX,
    Basis,
    BucketFigures,
    Delinquency,
    Point,
    report_dates,
)

ON = date(2026, 3, 31)


def point(*buckets: tuple[int, int, int, int], loans: int = 10, principal: int = 84_000) -> Point:
    return Point(
        on=ON,
        loan_count=loans,
        principal_minor=principal,
        buckets=[
            BucketFigures(bucket=b, loan_count=n, principal_minor=p, overdue_minor=o)
            for b, n, p, o in buckets
        ],
    )


# The ten loans of the portfolio by bucket.
PORTFOLIO = point(
    (1, 2, 14_000, 1_300),
    (2, 1, 5_000, 900),
    (3, 1, 12_000, 3_000),
    (4, 1, 9_000, 2_800),
    (7, 3, 14_000, 11_200),
)


@pytest.mark.parametrize(
    ("from_bucket", "loans", "balance", "overdue"),
    [
        (1, "0.8", "0.642857", "0.228571"),
        (2, "0.6", "0.476190", "0.213095"),
        (3, "0.5", "0.416667", "0.202381"),
        (4, "0.4", "0.273810", "0.166667"),
    ],
)
def test_the_three_bases_of_a_known_portfolio(
    from_bucket: int, loans: str, balance: str, overdue: str
) -> None:
    expected = {Basis.loans: loans, Basis.balance: balance, Basis.overdue: overdue}
    for basis in Basis:
        rate = PORTFOLIO.rate(basis, from_bucket=from_bucket)
        assert rate is not None
        assert round(rate, 6) == Decimal(expected[basis])


def test_one_bucket_alone() -> None:
    assert PORTFOLIO.rate(Basis.loans, from_bucket=2, to_bucket=2) == Decimal("0.1")
    assert PORTFOLIO.rate(Basis.loans, from_bucket=5, to_bucket=6) == 0
    assert PORTFOLIO.numerator(Basis.overdue) == 19_200
    assert PORTFOLIO.denominator(Basis.loans) == 10
    assert PORTFOLIO.denominator(Basis.balance) == PORTFOLIO.denominator(Basis.overdue) == 84_000


def test_a_rate_over_nothing_is_none_and_never_nought() -> None:
    empty = point(loans=0, principal=0)
    assert [empty.rate(basis) for basis in Basis] == [None, None, None]
    assert point().rate(Basis.balance) == 0


def test_the_buckets_of_a_report_are_those_that_ever_held_a_loan() -> None:
    report = Delinquency(
        currency="CNY", points=[point((2, 1, 5, 5)), point(), point((1, 1, 9, 9), (7, 1, 1, 1))]
    )
    assert report.bucket_numbers == [1, 2, 7]


def test_a_report_survives_its_column() -> None:
    report = Delinquency(currency="CNY", points=[PORTFOLIO])
    assert msgspec.convert(msgspec.to_builtins(report), Delinquency) == report


@pytest.mark.parametrize(
    ("business_date", "months", "dates"),
    [
        (date(2026, 3, 15), 0, [date(2026, 3, 15)]),
        (date(2026, 3, 15), 2, [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15)]),
        # On a month end that day itself is the last column, not a second one beside it.
        (date(2026, 3, 31), 1, [date(2026, 2, 28), date(2026, 3, 31)]),
        (date(2026, 3, 1), 1, [date(2026, 2, 28), date(2026, 3, 1)]),
        (date(2024, 3, 1), 2, [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 1)]),
        (date(2026, 1, 1), 1, [date(2025, 12, 31), date(2026, 1, 1)]),
    ],
)
def test_the_dates_of_a_report(business_date: date, months: int, dates: list[date]) -> None:
    assert report_dates(business_date, months) == dates


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, MONTHS_MAX))
def test_every_month_end_once_and_in_order(business_date: date, months: int) -> None:
    dates = report_dates(business_date, months)
    assert len(dates) == months + 1
    assert dates == sorted(set(dates))
    assert all((on + timedelta(days=1)).day == 1 for on in dates[:-1])
    assert dates[-1] == business_date
