"""What the loan's checks look at, made of rows already at hand."""

from datetime import date

from api.connection import Row
from app.loan.models import LoanStatus
from app.loan.subject import LoanSubject, PaymentSubject


def loan_subject(row: Row, loan_id: int, today: date) -> LoanSubject:
    """Of a loan's row, or of a payment's, which has its loan's columns beside its own."""
    return LoanSubject(
        id=loan_id,
        customer_id=row["customer_id"],
        currency=row["currency"],
        disbursed_on=row["disbursed_on"],
        status=LoanStatus(row["status"]),
        closed_on=row["closed_on"],
        event_count=row["event_count"],
        version=row["version"],
        business_date=today,
    )


def payment_subject(row: Row, today: date) -> PaymentSubject:
    return PaymentSubject(
        loan=loan_subject(row, row["loan_id"], today),
        id=row["id"],
        sequence=row["sequence"],
        amount_minor=row["amount_minor"],
        value_on=row["value_on"],
        is_reversed=row["reversal_event_id"] is not None,
    )
