"""What the loan's verbs are told and what they answer."""

from datetime import date

import msgspec

from app.loan.models import LoanStatus


class LoanOrder(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    loan_id: int


class PostPayment(LoanOrder, frozen=True, kw_only=True):
    amount_minor: int
    currency: str
    value_on: date
    channel: str = ""
    # The bank's own reference, for whoever must find the money again.
    reference: str = ""


class ReversePayment(LoanOrder, frozen=True, kw_only=True):
    payment_id: int
    reason: str


class LoanStands(msgspec.Struct, frozen=True, kw_only=True):
    """How the loan stands after a verb."""

    status: LoanStatus
    overdue_minor: int
    overdue_since: date | None
    principal_left_minor: int
    version: int


class PaymentPosted(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    loan_id: int
    payment_id: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    surplus_minor: int
    loan: LoanStands


class PaymentReversal(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    loan_id: int
    payment_id: int
    loan: LoanStands
