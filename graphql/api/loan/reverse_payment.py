from enum import StrEnum

import strawberry

from api.call import Info
from api.directive import Bounded
from api.identifier import Kind, decode_as
from api.keyed import do_keyed
from api.loan.booking import show_booking
from api.loan.loan import LoanNode
from api.loan.payment import PaymentNode
from api.scalar import IdempotencyKey
from api.scope import requires
from api.user_error import ERRORS_MAX, Refusal, UserError, told
from app.errors import AfterloanError, IdempotencyKeyReused
from app.identity.scope import Scope
from app.loan.actions import reverse_payment
from app.loan.errors import AlreadyReversed, LoanNotFound, PaymentNotFound, ReasonMissing
from app.loan.order import ReversePayment
from app.loan.payment_key import PaymentUnknown, loan_of_payment


@strawberry.input(description="A payment that was wrong.")
class ReversePaymentInput:
    idempotency_key: IdempotencyKey = strawberry.field(description="Yours, one for each reversal.")
    payment_id: strawberry.ID = strawberry.field(description="The payment to take back.")
    reason: str = strawberry.field(description="Why, in a few words: up to 200 characters.")


@strawberry.enum(description="Everything that can keep a payment from being reversed.")
class ReversePaymentErrorCode(StrEnum):
    PAYMENT_NOT_FOUND = "PAYMENT_NOT_FOUND"
    ALREADY_REVERSED = "ALREADY_REVERSED"
    REASON_MISSING = "REASON_MISSING"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


@strawberry.type(
    description="Why a payment was not reversed.", directives=[requires(Scope.payments_write)]
)
class ReversePaymentError(UserError):
    code: ReversePaymentErrorCode = strawberry.field(description="Why, for programs.")


@strawberry.type(
    description="The payment taken back, or why it was not.",
    directives=[requires(Scope.payments_write)],
)
class ReversePaymentPayload:
    payment: PaymentNode | None = strawberry.field(
        default=None, description="The payment, now reversed; null when refused."
    )
    loan: LoanNode | None = strawberry.field(
        default=None, description="The loan as it stood after it; null when refused."
    )
    user_errors: list[ReversePaymentError] = strawberry.field(
        default_factory=list,
        description="Empty when it was reversed.",
        directives=[Bounded(max=ERRORS_MAX)],
    )


_Code = ReversePaymentErrorCode
REFUSALS = {
    PaymentUnknown: Refusal(_Code.PAYMENT_NOT_FOUND, ("paymentId",)),
    PaymentNotFound: Refusal(_Code.PAYMENT_NOT_FOUND, ("paymentId",)),
    # Whoever may not see the loan may not know that there is the payment.
    LoanNotFound: Refusal(_Code.PAYMENT_NOT_FOUND, ("paymentId",)),
    AlreadyReversed: Refusal(_Code.ALREADY_REVERSED, ("paymentId",)),
    ReasonMissing: Refusal(_Code.REASON_MISSING, ("reason",)),
    IdempotencyKeyReused: Refusal(_Code.IDEMPOTENCY_KEY_REUSED, ("idempotencyKey",)),
}


async def resolve(info: Info, input: ReversePaymentInput) -> ReversePaymentPayload:
    payment = decode_as(Kind.Payment, input.payment_id, argument="input.paymentId")
    payload = ReversePaymentPayload()
    try:
        order = ReversePayment(
            customer_id=payment.customer_id,
            loan_id=await loan_of_payment(payment.customer_id, payment.id),
            payment_id=payment.id,
            reason=input.reason,
        )
        outcome = await do_keyed(info, reverse_payment, order, input.idempotency_key)
    except AfterloanError as error:
        payload.user_errors.append(told(error, REFUSALS, ReversePaymentError))
        return payload
    await show_booking(info, payload, outcome.result)
    return payload
