"""What the verbs of the business day are told and what they answer."""

from datetime import date, datetime

import msgspec

from app.loan.order import LoanOrder


class StartClose(msgspec.Struct, frozen=True, kw_only=True):
    to_date: date
    # A worker does it; whoever asked goes on.
    in_background: bool = False


class CloseStarted(msgspec.Struct, frozen=True, kw_only=True):
    to_date: date
    shard_count: int
    audit_id: int


class FinishClose(msgspec.Struct, frozen=True, kw_only=True):
    to_date: date


class CloseFinished(msgspec.Struct, frozen=True, kw_only=True):
    to_date: date
    started_at: datetime
    finished_at: datetime
    loans_changed: int
    cases_changed: int
    reminders_planned: int
    loans_set_aside: int


class ReleaseLoan(LoanOrder, frozen=True, kw_only=True):
    """A loan in quarantine that was repaired, or never was broken."""


class LoanReleased(msgspec.Struct, frozen=True, kw_only=True):
    loan_id: int
    next_change_on: date | None
