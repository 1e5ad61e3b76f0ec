"""What a booking answers with: the payment and the loan after it, as far as they were asked for."""

from typing import Protocol

from api.call import Info
from api.loan.loan import LoanNode, loans
from api.loan.payment import PaymentNode, payments
from api.relation import nodes_by_key
from api.selection import selects
from app.listing import Parent
from app.loan.listing import LOANS, PAYMENTS
from app.loan.order import PaymentPosted, PaymentReversal


class BookingPayload(Protocol):
    payment: PaymentNode | None
    loan: LoanNode | None


async def show_booking(
    info: Info, payload: BookingPayload, booked: PaymentPosted | PaymentReversal
) -> None:
    """A token that may write but not read is not refused for what it did not ask."""
    if selects(info, "payment"):
        key = Parent(booked.customer_id, booked.payment_id)
        payload.payment = (await nodes_by_key(info, PAYMENTS, [key], payments))[key]
    if selects(info, "loan"):
        key = Parent(booked.customer_id, booked.loan_id)
        payload.loan = (await nodes_by_key(info, LOANS, [key], loans))[key]
