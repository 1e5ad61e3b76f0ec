"""A loan as it is on file: its terms, where it stands, and what hangs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.loan.bucket import days_past_due
from app.loan.event import Event
from app.loan.models import LoanStatus
from app.loan.statement import Line
from app.number import loan_number, payment_number


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanFile:
    id: int
    customer_id: int
    source_number: str
    product_code: str
    product_name: str
    product_name_zh: str
    method: str
    currency: str
    principal_minor: int
    # A yearly fraction; None where the book does not say it.
    annual_rate: Decimal | None
    instalment_count: int
    disbursed_on: date
    matures_on: date
    status: LoanStatus
    closed_on: date | None
    principal_left_minor: int
    overdue_minor: int
    overdue_since: date | None
    version: int
    # What the import brought that no column of ours holds.
    extra: Mapping[str, Any]
    business_date: date

    @property
    def number(self) -> str:
        return loan_number(self.id)

    @property
    def path(self) -> str:
        return f"/customer/{self.customer_id}/loan/{self.id}"

    @property
    def is_open(self) -> bool:
        return self.status is LoanStatus.active

    @property
    def days_late(self) -> int:
        return days_past_due(self.overdue_since, self.business_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanSummary:
    """A loan in the list of its borrower's loans."""

    file: LoanFile
    lines: Sequence[Line]

    @property
    def settled_count(self) -> int:
        return sum(line.is_settled for line in self.lines)

    @property
    def next_line(self) -> Line | None:
        if not self.file.is_open:
            return None
        on = self.file.business_date
        return next(
            (line for line in self.lines if not line.is_settled and line.due_on >= on), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEvent:
    """An event with when and by whom it was booked."""

    event: Event
    business_date: date
    booked_at: datetime
    audit_id: int
    # As the audit log names him; empty for what came before there was one.
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    id: int
    sequence: int
    amount_minor: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    surplus_minor: int
    value_on: date
    booked_at: datetime
    channel: str
    reference: str
    # The event that took it back; None while it stands.
    reversal_sequence: int | None

    @property
    def number(self) -> str:
        return payment_number(self.id)

    @property
    def is_reversed(self) -> bool:
        return self.reversal_sequence is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    valued_on: date
    value_minor: int
    currency: str
    valuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    id: int
    kind: str
    description: str
    currency: str
    lien_rank: int | None
    lien_registered_on: date | None
    lien_reference: str
    insurer: str
    insured_until: date | None
    expires_on: date | None
    released_on: date | None
    # The newest first.
    valuations: Sequence[Valuation]
