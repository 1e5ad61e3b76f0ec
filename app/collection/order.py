"""What the case's verbs are told and what they answer."""

from datetime import date

import msgspec

from app.collection.models import Stage


class MoveCase(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    case_id: int
    stage: Stage
    # What the person saw when he decided.
    expected_version: int


class MovedCase(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    case_id: int
    from_stage: Stage
    stage: Stage
    # The business date it was moved on.
    stage_since: date
    version: int
