"""A borrower as he is on file: who he is, who stands beside him, and when he was spoken to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.collection.models import Stage
from app.customer.models import CustomerKind, PartyRole
from app.loan.bucket import days_past_due
from app.number import case_number, customer_number


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFile:
    id: int
    kind: CustomerKind
    # Personal data as the reader may see it; None where the book has none.
    name: str | None
    phone: str | None
    email: str | None
    id_number: str | None
    address: str | None
    language: str
    branch: str
    team: str
    owner: str
    merged_into: int | None
    extra: Mapping[str, Any]
    version: int
    created_at: datetime
    business_date: date

    @property
    def number(self) -> str:
        return customer_number(self.id)

    @property
    def title(self) -> str:
        return self.name or self.number

    @property
    def path(self) -> str:
        return f"/customer/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody beside the borrower."""

    id: int
    loan_id: int | None
    role: PartyRole
    relation: str
    other_customer_id: int | None
    name: str | None
    phone: str | None
    id_number: str | None
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    id: int
    loan_id: int | None
    at: datetime
    channel: str
    direction: str
    outcome: str
    agent: str
    # None where there is none, and where the reader may not see it.
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    id: int
    stage: Stage
    opened_on: date
    overdue_since: date
    overdue_minor: int
    currency: str
    overdue_loan_count: int
    assignee: str
    last_contact_at: datetime | None
    next_action_on: date | None
    business_date: date

    @property
    def number(self) -> str:
        return case_number(self.id)

    @property
    def days_late(self) -> int:
        return days_past_due(self.overdue_since, self.business_date)
