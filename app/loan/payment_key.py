"""From a payment's own key to the loan it was for."""

from app import database
from app.errors import NotFound
from app.i18n import N_


class PaymentUnknown(NotFound):
    code = "PAYMENT_NOT_FOUND"
    text = N_("There is no such payment, or it is outside what you may see.")
    mend = N_("Look the payment up in the loan's ledger.")


async def loan_of_payment(customer_id: int, payment_id: int) -> int:
    """Whether the actor may see it is for the verb to find out, which locks the loan."""
    loan_id: int | None = await database.value(
        "SELECT loan_id FROM payment WHERE customer_id = $1 AND id = $2", customer_id, payment_id
    )
    if loan_id is None:
        raise PaymentUnknown
    return loan_id
