from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.i18n import speaking
from app.report.delinquency import Basis, BucketFigures, Delinquency, Point
from views.report_chart import Summary, chart_of, summary_of


def point(on: date, *buckets: tuple[int, int, int, int], loans: int = 10) -> Point:
    return Point(
        on=on,
        loan_count=loans,
        principal_minor=1_000 if loans else 0,
        buckets=[
            BucketFigures(bucket=b, loan_count=n, principal_minor=p, overdue_minor=o)
            for b, n, p, o in buckets
        ],
    )


EMPTY = point(date(2026, 1, 31), loans=0)
EARLY = point(date(2026, 2, 28), (1, 2, 300, 30))
LAST = point(date(2026, 3, 15), (1, 1, 100, 10), (4, 1, 50, 20), (9, 1, 200, 150))
REPORT = Delinquency(currency="CNY", points=[EMPTY, EARLY, LAST])


def drawn(basis: Basis) -> dict[str, Any]:
    with speaking("en"):
        return chart_of(REPORT, basis, drill="/report/7/loans")


def test_a_series_for_each_bucket_and_a_gap_where_there_was_no_book() -> None:
    chart = drawn(Basis.balance)
    assert (chart["kind"], chart["unit"], chart["unfinished"]) == ("stack", "percent", True)
    assert len(chart["categories"]) == 3
    assert [series["name"] for series in chart["series"]] == ["M1", "M4", "M9"]
    assert [series["values"] for series in chart["series"]] == [
        [None, 0.3, 0.1], [None, 0.0, 0.05], [None, 0.0, 0.2],
    ]  # fmt: skip


@pytest.mark.parametrize(("basis", "last"), [(Basis.loans, 0.1), (Basis.overdue, 0.01)])
def test_the_basis_decides_the_values(basis: Basis, last: float) -> None:
    assert drawn(basis)["series"][0]["values"][-1] == last


def test_every_value_leads_to_its_loans() -> None:
    assert drawn(Basis.balance)["series"][1]["links"] == [
        "/report/7/loans?on=2026-01-31&bucket=4",
        "/report/7/loans?on=2026-02-28&bucket=4",
        "/report/7/loans?on=2026-03-15&bucket=4",
    ]


def test_colours_end_with_the_last_bucket_that_has_one() -> None:
    colours = [series["colour"] for series in drawn(Basis.balance)["series"]]
    assert colours == ["bucket-1", "bucket-4", "bucket-7"]


def test_the_summary_is_of_the_last_date_beside_the_one_before() -> None:
    assert summary_of(REPORT, Basis.balance) == Summary(
        rate=Decimal("0.35"),
        rate_before=Decimal("0.3"),
        rate_over_90=Decimal("0.25"),
        overdue_minor=180,
        principal_minor=1_000,
        loan_count=10,
        late_count=3,
    )


def test_one_date_alone_has_nothing_before_it() -> None:
    summary = summary_of(Delinquency(currency="CNY", points=[EMPTY]), Basis.loans)
    assert (summary.rate, summary.rate_before, summary.rate_over_90) == (None, None, None)
