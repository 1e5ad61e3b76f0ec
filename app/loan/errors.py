"""What a loan refuses."""

from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_


class LoanNotFound(NotFound):
    code = "LOAN_NOT_FOUND"
    text = N_("There is no such loan, or it is outside what you may see.")
    mend = N_("Check the loan's number, or ask a colleague who looks after it.")


class LoanClosed(Conflict):
    code = "LOAN_CLOSED"
    text = N_("Loan {number} was closed on {closed_on}.")
    mend = N_("Check the number; money for a closed loan has to be booked elsewhere.")


class AmountNotPositive(Invalid):
    code = "AMOUNT_NOT_POSITIVE"
    text = N_("A payment must be more than zero.")
    mend = N_("To take money back, reverse the payment that was wrong.")


class PaymentTooLarge(Invalid):
    code = "AMOUNT_TOO_LARGE"
    text = N_("The amount is larger than any payment that can be booked.")
    mend = N_("Check the unit of the amount.")


class WrongCurrency(Invalid):
    code = "WRONG_CURRENCY"
    text = N_("Loan {number} is in {expected}; the payment is in {currency}.")
    mend = N_("Convert the amount first, and book what the bank credited.")


class ValueDateInFuture(Invalid):
    code = "VALUE_DATE_IN_FUTURE"
    text = N_("The value date {value_on} lies after the business date {business_date}.")
    mend = N_("Book the payment on or after its value date.")


class ValueDateBeforeDisbursement(Invalid):
    code = "VALUE_DATE_BEFORE_DISBURSEMENT"
    text = N_("Loan {number} was paid out on {disbursed_on}; the payment is dated {value_on}.")
    mend = N_("Check the value date, or whether the payment belongs to an earlier loan.")


class PaymentNotFound(NotFound):
    code = "PAYMENT_NOT_FOUND"
    text = N_("Loan {number} has no such payment.")
    mend = N_("Look the payment up in the loan's ledger.")


class AlreadyReversed(Conflict):
    code = "ALREADY_REVERSED"
    text = N_("Payment {number} has been reversed already.")
    mend = N_("Nothing is left to do.")


class ReasonMissing(Invalid):
    code = "REASON_MISSING"
    text = N_("A reversal needs its reason.")
    mend = N_("Write in a few words why the payment was wrong.")
