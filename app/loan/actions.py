"""The loan's verbs. Each adds an event and redraws what follows from it."""

from typing import Any

import msgspec

from app import database
from app.actor import Actor
from app.collection.case import refresh_case
from app.errors import AfterloanError
from app.loan import projection
from app.loan.errors import (
    AlreadyReversed,
    AmountNotPositive,
    LoanClosed,
    PaymentTooLarge,
    ReasonMissing,
    ValueDateBeforeDisbursement,
    ValueDateInFuture,
    WrongCurrency,
)
from app.loan.event import Event, PaymentReceived, PaymentReversed
from app.loan.locks import lock_loan, lock_payment
from app.loan.models import EventKind
from app.loan.order import PaymentPosted, PaymentReversal, PostPayment, ReversePayment
from app.loan.subject import LoanSubject, PaymentSubject
from app.money import AMOUNT_MINOR_MAX
from app.number import payment_number
from app.permission import Permission
from app.verb import Work, verb


def may_post_payment(actor: Actor, loan: LoanSubject, order: PostPayment) -> AfterloanError | None:
    if not loan.is_open:
        return LoanClosed(number=loan.number, closed_on=loan.closed_on)
    if order.amount_minor <= 0:
        return AmountNotPositive()
    if order.amount_minor > AMOUNT_MINOR_MAX:
        return PaymentTooLarge()
    if order.currency != loan.currency:
        return WrongCurrency(
            number=loan.number, expected=loan.currency, currency=order.currency[:3]
        )
    if order.value_on > loan.business_date:
        return ValueDateInFuture(value_on=order.value_on, business_date=loan.business_date)
    if order.value_on < loan.disbursed_on:
        return ValueDateBeforeDisbursement(
            number=loan.number, disbursed_on=loan.disbursed_on, value_on=order.value_on
        )
    return None


@verb(
    "payment.post",
    permission=Permission.PAYMENT_POST,
    lock=lock_loan,
    check=may_post_payment,
    keyed=True,
)
async def post_payment(work: Work, loan: LoanSubject, order: PostPayment) -> PaymentPosted:
    """Books money received, at its value date, however long ago that was."""
    payload = PaymentReceived(
        amount_minor=order.amount_minor, channel=order.channel, reference=order.reference
    )
    event = Event(
        sequence=loan.event_count + 1,
        kind=EventKind.payment,
        value_on=order.value_on,
        payload=payload,
    )
    event_id = await _book(work, loan, event)
    payment_id = await database.value(
        # Its parts are filled by the projection below; until then all of it is surplus.
        "INSERT INTO payment (customer_id, loan_id, event_id, amount_minor, principal_minor,"
        " interest_minor, fee_minor, surplus_minor, value_on, booked_at, channel, reference)"
        " VALUES ($1, $2, $3, $4, 0, 0, 0, $4, $5, $6, $7, $8) RETURNING id",
        loan.customer_id, loan.id, event_id, order.amount_minor, order.value_on, work.now,
        order.channel, order.reference,
    )  # fmt: skip
    projected = await projection.redraw(loan, event_count=event.sequence)
    await refresh_case(work, loan.customer_id)
    parts = projected.allocation_of(event.sequence)
    return PaymentPosted(
        customer_id=loan.customer_id,
        loan_id=loan.id,
        payment_id=payment_id,
        principal_minor=parts.principal_minor,
        interest_minor=parts.interest_minor,
        fee_minor=parts.fee_minor,
        surplus_minor=parts.surplus_minor,
        loan=projected.stands,
    )


def may_reverse_payment(
    actor: Actor, payment: PaymentSubject, order: ReversePayment
) -> AfterloanError | None:
    if payment.is_reversed:
        return AlreadyReversed(number=payment_number(payment.id))
    if not order.reason.strip():
        return ReasonMissing()
    return None


@verb(
    "payment.reverse",
    permission=Permission.PAYMENT_REVERSE,
    lock=lock_payment,
    check=may_reverse_payment,
    keyed=True,
)
async def reverse_payment(
    work: Work, payment: PaymentSubject, order: ReversePayment
) -> PaymentReversal:
    """Takes a wrong payment back as if it had never come; both stay in the log."""
    loan = payment.loan
    event = Event(
        sequence=loan.event_count + 1,
        kind=EventKind.reversal,
        value_on=work.business_date,
        payload=PaymentReversed(payment_sequence=payment.sequence, reason=order.reason.strip()),
    )
    event_id = await _book(work, loan, event)
    await database.execute(
        "UPDATE payment SET reversal_event_id = $3 WHERE customer_id = $1 AND id = $2",
        loan.customer_id, payment.id, event_id,
    )  # fmt: skip
    projected = await projection.redraw(loan, event_count=event.sequence)
    await refresh_case(work, loan.customer_id)
    work.note(amount_minor=payment.amount_minor, value_on=payment.value_on)
    return PaymentReversal(
        customer_id=loan.customer_id,
        loan_id=loan.id,
        payment_id=payment.id,
        loan=projected.stands,
    )


async def _book(work: Work, loan: LoanSubject, event: Event) -> Any:
    return await database.value(
        "INSERT INTO loan_event (customer_id, loan_id, sequence, kind, value_on, business_date,"
        " booked_at, payload, audit_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)"
        " RETURNING id",
        loan.customer_id, loan.id, event.sequence, event.kind, event.value_on, work.business_date,
        work.now, msgspec.json.encode(event.payload).decode(), work.audit_id,
    )  # fmt: skip
