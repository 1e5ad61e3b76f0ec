"""What the loan's checks look at: the locked rows, and the date they are judged on."""

from dataclasses import dataclass
from datetime import date

from app.loan.models import LoanStatus
from app.number import loan_number


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanSubject:
    id: int
    customer_id: int
    currency: str
    disbursed_on: date
    status: LoanStatus
    closed_on: date | None
    event_count: int
    version: int
    business_date: date

    @property
    def number(self) -> str:
        return loan_number(self.id)

    @property
    def is_open(self) -> bool:
        return self.status == LoanStatus.active


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSubject:
    loan: LoanSubject
    id: int
    sequence: int
    amount_minor: int
    value_on: date
    is_reversed: bool
