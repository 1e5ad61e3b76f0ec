from enum import StrEnum
from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from app.place import Place


class ReminderReason(StrEnum):
    due_soon = "due_soon"
    due_today = "due_today"
    overdue = "overdue"


class ReminderState(StrEnum):
    """planned: the close chose it · sent: the mail server took it · skipped: paid meanwhile, or
    nowhere to send it · failed: the mail server refused it for good · uncertain: nobody knows
    whether the server took it before the worker or the line died; it is not sent a second time."""

    planned = "planned"
    sent = "sent"
    skipped = "skipped"
    failed = "failed"
    uncertain = "uncertain"


class Reminder(Model):
    """One message to a borrower about one instalment for one reason on one day: never a second
    one."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    instalment_number = fields.IntField()
    reason = fields.CharEnumField(ReminderReason, max_length=12)
    # How many days from the due date it is for: -3, 0, 1.
    days = fields.SmallIntField(default=0)
    state = fields.CharEnumField(ReminderState, max_length=10, default=ReminderState.planned)
    state_reason = fields.CharField(max_length=200, default="")
    planned_on = fields.DateField()
    language = fields.CharField(max_length=10, default="")
    message_id = fields.CharField(max_length=200, default="")
    # Set just before the mail server is spoken to: a worker killed from then on is not followed
    # blindly.
    sending_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reminder"
