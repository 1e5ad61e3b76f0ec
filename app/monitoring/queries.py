"""What a reminder has to know, read again just before it is sent."""

from dataclasses import dataclass
from datetime import date, datetime

from app import database
from app.monitoring.errors import ReminderNotFound
from app.monitoring.models import ReminderReason, ReminderState
from app.personal import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    id: int
    customer_id: int
    loan_id: int
    instalment_number: int
    reason: ReminderReason
    state: ReminderState
    # Since when a worker has it in its last step; None when none has.
    sending_at: datetime | None
    language: str
    name: str
    email: str
    due_on: date
    currency: str
    left_minor: int
    overdue_minor: int
    is_open: bool


async def reminder_facts(customer_id: int, reminder_id: int) -> ReminderFacts:
    found = await database.row(
        "SELECT reminder.id, reminder.customer_id, reminder.loan_id, reminder.instalment_number,"
        " reminder.reason, reminder.state, reminder.sending_at,"
        " customer.language, customer.name, customer.email, instalment.due_on, loan.currency,"
        " instalment.principal_minor + instalment.interest_minor + instalment.fee_minor"
        " - instalment.principal_paid_minor - instalment.interest_paid_minor"
        " - instalment.fee_paid_minor AS left_minor,"
        " loan.overdue_minor, loan.status = 'active' AS is_open"
        " FROM reminder JOIN customer ON customer.id = reminder.customer_id"
        " JOIN loan ON loan.customer_id = reminder.customer_id AND loan.id = reminder.loan_id"
        " JOIN instalment ON instalment.customer_id = reminder.customer_id"
        " AND instalment.loan_id = reminder.loan_id"
        " AND instalment.number = reminder.instalment_number"
        " WHERE reminder.customer_id = $1 AND reminder.id = $2",
        customer_id, reminder_id,
    )  # fmt: skip
    if found is None:
        raise ReminderNotFound
    for column in ("name", "email"):
        found[column] = _opened(found[column], column, customer_id)
    found["reason"] = ReminderReason(found["reason"])
    found["state"] = ReminderState(found["state"])
    return ReminderFacts(**found)


def _opened(sealed: bytes | None, column: str, customer_id: int) -> str:
    return Sealed(sealed).open("customer", column, customer_id) if sealed else ""
