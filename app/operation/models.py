from enum import StrEnum
from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from app.place import Place


class BusinessDay(Model):
    """The one row that says which day it is for the book."""

    place: ClassVar = Place.local

    id = fields.SmallIntField(primary_key=True, generated=False)
    on_date = fields.DateField()
    opened_at = fields.DatetimeField()

    class Meta:
        table = "business_day"


class CloseState(StrEnum):
    """running: shards are being closed · done: the business date has moved on."""

    running = "running"
    done = "done"


class DayClose(Model):
    """The close that leads to business date `to_date`."""

    place: ClassVar = Place.local

    to_date = fields.DateField(primary_key=True)
    from_date = fields.DateField()
    state = fields.CharEnumField(CloseState, max_length=10, default=CloseState.running)
    shard_count = fields.IntField()
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    actor = fields.CharField(max_length=160)
    # The entry of its start: it explains every event the shards leave.
    audit_id = fields.BigIntField()

    class Meta:
        table = "day_close"


class DayCloseShard(Model):
    """A shard's work for one date, written in the transaction that did it: its row is the proof."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    to_date = fields.DateField()
    shard = fields.IntField()
    loans_changed = fields.IntField()
    cases_changed = fields.IntField()
    reminders_planned = fields.IntField(default=0)
    took_ms = fields.IntField()
    finished_at = fields.DatetimeField()

    class Meta:
        table = "day_close_shard"
        unique_together = (("to_date", "shard"),)


class Quarantine(Model):
    """A loan that the close could not handle; the others went on."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    to_date = fields.DateField()
    # What is wrong, by name; `app.operation.close.quarantine` has the words.
    code = fields.CharField(max_length=60)
    facts: dict[str, Any] = fields.JSONField(default=dict)
    since = fields.DatetimeField()
    released_at = fields.DatetimeField(null=True)
    released_by = fields.CharField(max_length=160, default="")

    class Meta:
        table = "quarantine"


class Outbox(Model):
    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    topic = fields.CharField(max_length=60)
    payload: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    # When the relay may hand it over (again).
    hand_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    failure = fields.CharField(max_length=500, default="")
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox"


class Idempotency(Model):
    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    actor = fields.CharField(max_length=160)
    verb = fields.CharField(max_length=60)
    key = fields.CharField(max_length=200)
    input_digest = fields.BinaryField()
    result: dict[str, Any] | None = fields.JSONField(null=True)
    claimed_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "idempotency"
        unique_together = (("actor", "verb", "key"),)


class AuditEntry(Model):
    """One link of one chain. Only ever added to; its hash covers every column and the link
    before."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    chain = fields.SmallIntField()
    sequence = fields.BigIntField()
    at = fields.DatetimeField()
    business_date = fields.DateField()
    verb = fields.CharField(max_length=60)
    actor = fields.CharField(max_length=160)
    customer_id = fields.BigIntField(null=True)
    request_id = fields.CharField(max_length=64, default="")
    # The exact JSON that was hashed, as text: jsonb would write it another way.
    body = fields.TextField()
    hash = fields.BinaryField()

    class Meta:
        table = "audit_entry"
        unique_together = (("chain", "sequence"),)


class AuditHead(Model):
    place: ClassVar = Place.local

    chain = fields.SmallIntField(primary_key=True, generated=False)
    sequence = fields.BigIntField()
    hash = fields.BinaryField()

    class Meta:
        table = "audit_head"


class AuditSeal(Model):
    """All heads at one instant, chained in their turn: a cut-off tail of a chain shows here."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    occasion = fields.CharField(max_length=60)
    heads: list[list[Any]] = fields.JSONField()
    hash = fields.BinaryField()

    class Meta:
        table = "audit_seal"


class AuditCheck(Model):
    """A walk along the chains up to the seal `seal_id`, and what it found; nothing is good."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    seal_id = fields.BigIntField()
    # From the first entry on; the others go on where a whole one ended.
    is_full = fields.BooleanField()
    entry_count = fields.BigIntField()
    findings: list[dict[str, Any]] = fields.JSONField(default=list)

    class Meta:
        table = "audit_check"


class BusinessSetting(Model):
    """A setting that differs from its default; which exist is declared in `app.setting`."""

    place: ClassVar = Place.local

    name = fields.CharField(max_length=80, primary_key=True)
    value: Any = fields.JSONField()
    version = fields.IntField(default=1)
    changed_at = fields.DatetimeField()
    changed_by = fields.CharField(max_length=160)

    class Meta:
        table = "business_setting"


class ImportState(StrEnum):
    """checking: lines are read · refused: errors were found, nothing was written · checked:
    waits for a person's word · writing: batches go in · done: all of it is in the book · failed:
    it says why."""

    waiting = "waiting"
    checking = "checking"
    refused = "refused"
    checked = "checked"
    writing = "writing"
    done = "done"
    failed = "failed"


class ImportRun(Model):
    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200)
    digest = fields.BinaryField()
    # Where the uploaded files lie, relative to the state folder.
    folder = fields.CharField(max_length=300, default="")
    mapping = fields.TextField(default="")
    state = fields.CharEnumField(ImportState, max_length=10, default=ImportState.waiting)
    rows_done = fields.BigIntField(default=0)
    rows_total = fields.BigIntField(default=0)
    error_count = fields.BigIntField(default=0)
    counts: dict[str, Any] = fields.JSONField(default=dict)
    failure = fields.CharField(max_length=500, default="")
    asked_by = fields.CharField(max_length=160)
    asked_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "import_run"


class ImportProblem(Model):
    """One error in one line of one file, with its mend. Holds no cell's full text: it may be
    personal."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    import_run: fields.ForeignKeyRelation[ImportRun] = fields.ForeignKeyField(
        "app.ImportRun", related_name="problems", on_delete=fields.RESTRICT
    )
    file = fields.CharField(max_length=200)
    line = fields.BigIntField(null=True)
    column = fields.CharField(max_length=120, default="")
    code = fields.CharField(max_length=60)
    facts: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "import_problem"


class ImportBatch(Model):
    """A batch that is in the book, by the digest of its rows: the same rows again change
    nothing."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    import_run: fields.ForeignKeyRelation[ImportRun] = fields.ForeignKeyField(
        "app.ImportRun", related_name="batches", on_delete=fields.RESTRICT
    )
    number = fields.IntField()
    digest = fields.BinaryField()
    row_count = fields.IntField()
    written_at = fields.DatetimeField()
    audit_id = fields.BigIntField()

    class Meta:
        table = "import_batch"
        unique_together = (("import_run", "number"),)
