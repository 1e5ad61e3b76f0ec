from enum import StrEnum
from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from app.place import Place


class RunState(StrEnum):
    """waiting: asked for · running: a worker counts · done: the figures stand · failed: it says
    why."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"


class ReportRun(Model):
    """A report that somebody asked for: its questions, how far it is, and its figures."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=40)
    parameters: dict[str, Any] = fields.JSONField(default=dict)
    state = fields.CharEnumField(RunState, max_length=10, default=RunState.waiting)
    steps_done = fields.IntField(default=0)
    steps_total = fields.IntField(default=0)
    failure = fields.CharField(max_length=300, default="")
    result: dict[str, Any] | None = fields.JSONField(null=True)
    business_date = fields.DateField()
    definition_version = fields.IntField(default=1)
    asked_by_id = fields.BigIntField()
    asked_by = fields.CharField(max_length=160)
    row_scope = fields.CharField(max_length=10)
    branch_id = fields.BigIntField(null=True)
    team_id = fields.BigIntField(null=True)
    asked_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "report_run"
