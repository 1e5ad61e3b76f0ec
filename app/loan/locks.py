"""Every row lock on loans, in one place: loan before case, always."""

from app import database
from app.actor import Actor
from app.customer.scope import scope_condition
from app.loan.errors import LoanNotFound, PaymentNotFound
from app.loan.order import LoanOrder, ReversePayment
from app.loan.subject import LoanSubject, PaymentSubject
from app.number import loan_number
from app.operation.business_day import current_business_date
from app.operation.close.shard import hold_borrower


async def lock_loan(actor: Actor, order: LoanOrder, *, for_update: bool) -> LoanSubject:
    """The loan with its borrower in the actor's scope; the row itself is locked `for_update`."""
    if for_update:
        await hold_borrower(order.customer_id)
    scope = scope_condition(actor, "customer", 3)
    found = await database.row(
        "SELECT loan.id, loan.customer_id, loan.currency, loan.disbursed_on, loan.status,"
        " loan.closed_on, loan.event_count, loan.version"
        " FROM loan JOIN customer ON customer.id = loan.customer_id"
        f" WHERE loan.customer_id = $1 AND loan.id = $2 AND customer.id = $1 AND {scope.sql}"
        + (" FOR UPDATE OF loan" if for_update else ""),
        order.customer_id, order.loan_id, *scope.values,
    )  # fmt: skip
    if found is None:
        raise LoanNotFound
    return LoanSubject(**found, business_date=await current_business_date())


async def lock_payment(actor: Actor, order: ReversePayment, *, for_update: bool) -> PaymentSubject:
    loan = await lock_loan(actor, order, for_update=for_update)
    found = await database.row(
        "SELECT payment.id, payment.amount_minor, payment.value_on, payment.reversal_event_id,"
        " loan_event.sequence FROM payment JOIN loan_event"
        " ON loan_event.customer_id = payment.customer_id AND loan_event.id = payment.event_id"
        " WHERE payment.customer_id = $1 AND payment.loan_id = $2 AND payment.id = $3",
        order.customer_id, order.loan_id, order.payment_id,
    )  # fmt: skip
    if found is None:
        raise PaymentNotFound(number=loan_number(order.loan_id))
    return PaymentSubject(
        loan=loan,
        id=found["id"],
        sequence=found["sequence"],
        amount_minor=found["amount_minor"],
        value_on=found["value_on"],
        is_reversed=found["reversal_event_id"] is not None,
    )
