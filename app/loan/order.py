"""What the loan's verbs are told and what they answer."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from app.loan.models import LoanStatus

CHANNEL_LENGTH_MAX = 40
REFERENCE_LENGTH_MAX = 120
REASON_LENGTH_MAX = 200


class LoanOrder(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    loan_id: int


class PostPayment(LoanOrder, frozen=True, kw_only=True):
    amount_minor: int
    currency: Annotated[str, Meta(max_length=3)]
    value_on: date
    channel: Annotated[str, Meta(max_length=CHANNEL_LENGTH_MAX)] = ""
    # The bank's own reference, for whoever must find the money again.
    reference: Annotated[str, Meta(max_length=REFERENCE_LENGTH_MAX)] = ""


class ReversePayment(LoanOrder, frozen=True, kw_only=True):
    payment_id: int
    reason: Annotated[str, Meta(max_length=REASON_LENGTH_MAX)]


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
