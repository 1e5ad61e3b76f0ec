from datetime import date
from enum import StrEnum

import strawberry

from api.call import Info
from api.directive import Bounded
from api.identifier import Kind, decode_as
from api.keyed import do_keyed
from api.loan.booking import show_booking
from api.loan.loan import LoanNode
from api.loan.payment import PaymentNode
from api.money import MoneyInput
from api.scalar import IdempotencyKey
from api.scope import requires
from api.user_error import ERRORS_MAX, Refusal, UserError, told
from app.errors import AfterloanError, IdempotencyKeyReused
from app.identity.scope import Scope
from app.loan.actions import post_payment
from app.loan.errors import (
    AmountNotPositive,
    LoanClosed,
    LoanNotFound,
    PaymentTooLarge,
    ValueDateBeforeDisbursement,
    ValueDateInFuture,
    WrongCurrency,
)
from app.loan.order import PostPayment
from app.money import AmountTooLarge, AmountTooPrecise


@strawberry.input(description="Money received for a loan.")
class PostPaymentInput:
    idempotency_key: IdempotencyKey = strawberry.field(description="Yours, one for each payment.")
    loan_id: strawberry.ID = strawberry.field(description="The loan it is for.")
    amount: MoneyInput = strawberry.field(description="What was received, in the loan's currency.")
    value_on: date = strawberry.field(
        description="The day it counts for: not after the business date, nor before the payout."
    )
    channel: str = strawberry.field(
        default="", description="How it came, up to 40 characters: “bank transfer”."
    )
    reference: str = strawberry.field(
        default="", description="The bank's own reference, up to 120 characters."
    )


@strawberry.enum(description="Everything that can keep a payment from being posted.")
class PostPaymentErrorCode(StrEnum):
    LOAN_NOT_FOUND = "LOAN_NOT_FOUND"
    LOAN_CLOSED = "LOAN_CLOSED"
    AMOUNT_NOT_POSITIVE = "AMOUNT_NOT_POSITIVE"
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    AMOUNT_TOO_PRECISE = "AMOUNT_TOO_PRECISE"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    VALUE_DATE_IN_FUTURE = "VALUE_DATE_IN_FUTURE"
    VALUE_DATE_BEFORE_DISBURSEMENT = "VALUE_DATE_BEFORE_DISBURSEMENT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


@strawberry.type(
    description="Why a payment was not posted.", directives=[requires(Scope.payments_write)]
)
class PostPaymentError(UserError):
    code: PostPaymentErrorCode = strawberry.field(description="Why, for programs.")


@strawberry.type(
    description="The payment, or why it was not posted.",
    directives=[requires(Scope.payments_write)],
)
class PostPaymentPayload:
    payment: PaymentNode | None = strawberry.field(
        default=None, description="The payment; null when refused."
    )
    loan: LoanNode | None = strawberry.field(
        default=None, description="The loan as it stood after it; null when refused."
    )
    user_errors: list[PostPaymentError] = strawberry.field(
        default_factory=list,
        description="Empty when it was posted.",
        directives=[Bounded(max=ERRORS_MAX)],
    )


_Code = PostPaymentErrorCode
REFUSALS = {
    LoanNotFound: Refusal(_Code.LOAN_NOT_FOUND, ("loanId",)),
    LoanClosed: Refusal(_Code.LOAN_CLOSED, ("loanId",)),
    AmountNotPositive: Refusal(_Code.AMOUNT_NOT_POSITIVE, ("amount", "amount")),
    PaymentTooLarge: Refusal(_Code.AMOUNT_TOO_LARGE, ("amount", "amount")),
    AmountTooLarge: Refusal(_Code.AMOUNT_TOO_LARGE, ("amount", "amount")),
    AmountTooPrecise: Refusal(_Code.AMOUNT_TOO_PRECISE, ("amount", "amount")),
    WrongCurrency: Refusal(_Code.WRONG_CURRENCY, ("amount", "currency")),
    ValueDateInFuture: Refusal(_Code.VALUE_DATE_IN_FUTURE, ("valueOn",)),
    ValueDateBeforeDisbursement: Refusal(_Code.VALUE_DATE_BEFORE_DISBURSEMENT, ("valueOn",)),
    IdempotencyKeyReused: Refusal(_Code.IDEMPOTENCY_KEY_REUSED, ("idempotencyKey",)),
}


async def resolve(info: Info, input: PostPaymentInput) -> PostPaymentPayload:
    loan = decode_as(Kind.Loan, input.loan_id, argument="input.loanId")
    payload = PostPaymentPayload()
    try:
        order = PostPayment(
            customer_id=loan.customer_id,
            loan_id=loan.id,
            amount_minor=input.amount.minor_units(),
            currency=input.amount.currency,
            value_on=input.value_on,
            channel=input.channel,
            reference=input.reference,
        )
        outcome = await do_keyed(info, post_payment, order, input.idempotency_key)
    except AfterloanError as error:
        payload.user_errors.append(told(error, REFUSALS, PostPaymentError))
        return payload
    await show_booking(info, payload, outcome.result)
    return payload
