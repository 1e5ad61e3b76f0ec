from enum import StrEnum
from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from app.personal import PersonalField
from app.place import Place


class Stage(StrEnum):
    """The board's columns, left to right."""

    to_contact = "to_contact"
    contacted = "contacted"
    promised = "promised"
    negotiating = "negotiating"
    legal = "legal"


class CaseEventKind(StrEnum):
    opened = "opened"
    moved = "moved"
    closed = "closed"


class CloseReason(StrEnum):
    cured = "cured"
    loans_closed = "loans_closed"


class CollectionCase(Model):
    """A borrower in arrears: all his overdue loans together. What he owes is a projection of
    them."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    branch_id = fields.BigIntField(null=True)
    team_id = fields.BigIntField(null=True)
    assignee_id = fields.BigIntField(null=True)
    stage = fields.CharEnumField(Stage, max_length=12, default=Stage.to_contact)
    opened_on = fields.DateField()
    stage_since = fields.DateField()
    closed_on = fields.DateField(null=True)
    close_reason = fields.CharEnumField(CloseReason, max_length=12, null=True)

    overdue_since = fields.DateField()
    overdue_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    # {"USD": 120000}: what is overdue in other currencies than the oldest debt's.
    overdue_other: dict[str, int] = fields.JSONField(default=dict)
    overdue_loan_count = fields.IntField()
    last_contact_at = fields.DatetimeField(null=True)
    next_action_on = fields.DateField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "collection_case"

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class CaseEvent(Model):
    """What happened to a case. Only ever added to."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    case_id = fields.BigIntField()
    kind = fields.CharEnumField(CaseEventKind, max_length=12)
    from_stage = fields.CharEnumField(Stage, max_length=12, null=True)
    to_stage = fields.CharEnumField(Stage, max_length=12, null=True)
    at = fields.DatetimeField()
    business_date = fields.DateField()
    actor = fields.CharField(max_length=160)
    audit_id = fields.BigIntField(null=True)

    class Meta:
        table = "case_event"


class ContactRecord(Model):
    """A call made, a text sent, a visit paid: by whom and with what result."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()
    channel = fields.CharField(max_length=20)
    direction = fields.CharField(max_length=10, default="out")
    outcome = fields.CharField(max_length=40, default="")
    agent = fields.CharField(max_length=120, default="")
    note = PersonalField(null=True)
    source_key = fields.CharField(max_length=80, default="")

    class Meta:
        table = "contact_record"


class LiveEvent(Model):
    """What the open boards must hear, in order; a browser that was away replays from its last
    id."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    customer_id = fields.BigIntField()
    case_id = fields.BigIntField()
    from_stage = fields.CharField(max_length=12, default="")
    to_stage = fields.CharField(max_length=12, default="")
    client_id = fields.CharField(max_length=64, default="")

    class Meta:
        table = "live_event"
