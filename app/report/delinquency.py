"""The delinquency report: how much of the book was overdue, by bucket, at each month end. Pure.

Three bases, never mixed: by count, number of loans ÷ number of open loans; by balance
(剩余本金口径), outstanding principal of the late loans ÷ outstanding principal (PAR); by overdue
amount (逾期金额口径), overdue amount ÷ outstanding principal. A rate over nothing is None, never
0."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

DEFINITION_VERSION = 1
MONTHS_MAX = 60


class Basis(StrEnum):
    loans = "count"
    balance = "balance"
    overdue = "overdue"


class BucketFigures(msgspec.Struct, frozen=True, kw_only=True):
    bucket: int
    loan_count: int
    principal_minor: int
    overdue_minor: int


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The book as it stood at the end of one day."""

    on: date
    loan_count: int
    principal_minor: int
    buckets: list[BucketFigures]

    def numerator(self, basis: Basis, *, from_bucket: int = 1, to_bucket: int = 99) -> int:
        rows = (row for row in self.buckets if from_bucket <= row.bucket <= to_bucket)
        return sum(_figure(row, basis) for row in rows)

    def denominator(self, basis: Basis) -> int:
        return self.loan_count if basis is Basis.loans else self.principal_minor

    def rate(self, basis: Basis, *, from_bucket: int = 1, to_bucket: int = 99) -> Decimal | None:
        """A fraction with at least six places; None when there was no book to divide by."""
        denominator = self.denominator(basis)
        if denominator == 0:
            return None
        numerator = self.numerator(basis, from_bucket=from_bucket, to_bucket=to_bucket)
        return Decimal(numerator) / Decimal(denominator)


class Delinquency(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    points: list[Point]

    @property
    def bucket_numbers(self) -> Sequence[int]:
        return sorted({row.bucket for point in self.points for row in point.buckets})


def _figure(row: BucketFigures, basis: Basis) -> int:
    match basis:
        case Basis.loans:
            return row.loan_count
        case Basis.balance:
            return row.principal_minor
        case Basis.overdue:
            return row.overdue_minor


def report_dates(business_date: date, months: int) -> list[date]:
    """The last `months` month ends before the business date, and the business date itself."""
    ends: list[date] = []
    first = business_date.replace(day=1)
    for _ in range(months):
        end = first - timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return [*reversed(ends), business_date]
