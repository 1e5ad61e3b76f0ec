"""The delinquency report as the chart script and the summary want it. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.report.delinquency import Basis, Delinquency, Point
from views.format import day

# From here on lenders speak of non-performing loans.
BUCKET_OF_90_DAYS = 4


@dataclass(frozen=True, slots=True)
class Summary:
    rate: Decimal | None
    rate_before: Decimal | None
    rate_over_90: Decimal | None
    overdue_minor: int
    principal_minor: int
    loan_count: int
    late_count: int


def chart_of(report: Delinquency, basis: Basis, *, drill: str) -> dict[str, Any]:
    return {
        "kind": "stack",
        "unit": "percent",
        "categories": [day(point.on, "short") for point in report.points],
        "series": [_series(report, basis, bucket, drill) for bucket in report.bucket_numbers],
        # The business date is no month end: its column is still growing.
        "unfinished": True,
    }


def _series(report: Delinquency, basis: Basis, bucket: int, drill: str) -> dict[str, Any]:
    rates = [point.rate(basis, from_bucket=bucket, to_bucket=bucket) for point in report.points]
    return {
        "name": f"M{bucket}",
        "colour": f"bucket-{min(bucket, 7)}",
        "values": [None if rate is None else round(float(rate), 6) for rate in rates],
        "links": [f"{drill}?on={point.on.isoformat()}&bucket={bucket}" for point in report.points],
    }


def summary_of(report: Delinquency, basis: Basis) -> Summary:
    """Today's figures, beside the rate of the month end before."""
    last = report.points[-1]
    before: Point | None = report.points[-2] if len(report.points) > 1 else None
    return Summary(
        rate=last.rate(basis),
        rate_before=before.rate(basis) if before else None,
        rate_over_90=last.rate(basis, from_bucket=BUCKET_OF_90_DAYS),
        overdue_minor=last.numerator(Basis.overdue),
        principal_minor=last.principal_minor,
        loan_count=last.loan_count,
        late_count=last.numerator(Basis.loans),
    )
