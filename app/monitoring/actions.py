"""Reminders: each message at most once for one instalment and one reason.

A mail cannot be part of a transaction. So the worker notes on the row, just before the server is
given the last byte, that it is being sent, and afterwards that it was. A worker that dies in
between leaves the row uncertain; such a mail is taken as sent and shown as uncertain, since a
second one would break the rules of contact while the server has nearly always taken the first."""

from typing import Annotated

import msgspec
from msgspec import Meta

from app import database
from app.actor import Actor
from app.customer.scope import scope_condition
from app.errors import AfterloanError
from app.monitoring.errors import ReminderAlreadyDone, ReminderNotFound
from app.monitoring.models import ReminderState
from app.permission import Permission
from app.verb import Work, verb


class ConcludeReminder(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    reminder_id: int
    state: ReminderState
    # Why it was not sent; a code, never an address.
    why: Annotated[str, Meta(max_length=200)] = ""
    message_id: Annotated[str, Meta(max_length=200)] = ""


class ReminderConcluded(msgspec.Struct, frozen=True, kw_only=True):
    reminder_id: int
    state: ReminderState


async def lock_reminder(
    actor: Actor, order: ConcludeReminder, *, for_update: bool
) -> ReminderState:
    scope = scope_condition(actor, "customer", 3)
    found = await database.value(
        "SELECT reminder.state FROM reminder JOIN customer ON customer.id = reminder.customer_id"
        f" WHERE reminder.customer_id = $1 AND reminder.id = $2 AND {scope.sql}"
        + (" FOR UPDATE OF reminder" if for_update else ""),
        order.customer_id, order.reminder_id, *scope.values,
    )  # fmt: skip
    if found is None:
        raise ReminderNotFound
    return ReminderState(found)


def may_conclude(
    actor: Actor, state: ReminderState, order: ConcludeReminder
) -> AfterloanError | None:
    return None if state is ReminderState.planned else ReminderAlreadyDone()


@verb(
    "reminder.conclude",
    permission=Permission.REMINDER_SEND,
    lock=lock_reminder,
    check=may_conclude,
)
async def conclude_reminder(
    work: Work, state: ReminderState, order: ConcludeReminder
) -> ReminderConcluded:
    """Writes down what became of a reminder."""
    sent_at = work.now if order.state is ReminderState.sent else None
    await database.execute(
        "UPDATE reminder SET state = $3, state_reason = $4, message_id = $5, sent_at = $6"
        " WHERE customer_id = $1 AND id = $2",
        order.customer_id, order.reminder_id, order.state, order.why, order.message_id, sent_at,
    )  # fmt: skip
    return ReminderConcluded(reminder_id=order.reminder_id, state=order.state)


async def claim_sending(customer_id: int, reminder_id: int) -> bool:
    """True for the one worker that may give the mail to the server now. Committed at once: it
    must be seen by whoever comes after a crash."""
    claimed = await database.execute(
        "UPDATE reminder SET sending_at = now() WHERE customer_id = $1 AND id = $2"
        " AND state = 'planned' AND sending_at IS NULL",
        customer_id, reminder_id,
    )  # fmt: skip
    return claimed == 1


async def release_sending(customer_id: int, reminder_id: int) -> None:
    """The server said no before it took the mail: another try may follow."""
    await database.execute(
        "UPDATE reminder SET sending_at = NULL WHERE customer_id = $1 AND id = $2"
        " AND state = 'planned'",
        customer_id, reminder_id,
    )  # fmt: skip
