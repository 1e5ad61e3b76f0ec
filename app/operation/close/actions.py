"""The verbs around a close. What happens between start and finish is in `shard_work.py`."""

from collections.abc import Mapping
from datetime import timedelta

import asyncpg
import msgspec

from app import database
from app.actor import Actor
from app.collection.case import refresh_case
from app.errors import AfterloanError
from app.loan.repair import redraw_all
from app.loan.subject import LoanSubject
from app.operation.audit import actor_text
from app.operation.close.errors import DateTooFarAhead, NotTheNextDay, ShardsOpen, StillBroken
from app.operation.close.locks import (
    LoanSetAside,
    OpenDay,
    RunningClose,
    lock_close,
    lock_day,
    lock_set_aside,
)
from app.operation.close.order import (
    CloseFinished,
    CloseStarted,
    FinishClose,
    LoanReleased,
    ReleaseLoan,
    StartClose,
)
from app.operation.close.shard import PART_COUNT, standing_date
from app.operation.close.statement import FIRST_DAYS, JUDGE_LOAN, SET_ASIDE_BEHIND
from app.operation.seal import add_seal
from app.permission import Permission
from app.verb import Work, verb

DAYS_AHEAD_MAX = 31
# More shards are shorter transactions, and more of them: (open loans up to, shards).
SHARD_COUNTS = ((20_000, 1), (100_000, 8))
ALL_PARTS = list(range(PART_COUNT))


def may_start_close(actor: Actor, day: OpenDay, order: StartClose) -> AfterloanError | None:
    if order.to_date != day.business_date + timedelta(days=1):
        return NotTheNextDay(business_date=day.business_date, to_date=order.to_date)
    if order.to_date > day.today + timedelta(days=DAYS_AHEAD_MAX):
        return DateTooFarAhead(to_date=order.to_date, days=DAYS_AHEAD_MAX)
    return None


@verb("day.start_close", permission=Permission.DAY_CLOSE, lock=lock_day, check=may_start_close)
async def start_close(work: Work, day: OpenDay, order: StartClose) -> CloseStarted:
    """Opens the work on the next business date, or joins it where it goes on already."""
    if order.in_background:
        work.emit("operation.close_day", to_date=order.to_date.isoformat())
    running = await database.row(
        "SELECT shard_count, audit_id FROM day_close WHERE to_date = $1", order.to_date
    )
    if running is not None:
        work.note(joined=True)
        return CloseStarted(to_date=order.to_date, **running)
    behind = await database.execute(SET_ASIDE_BEHIND, ALL_PARTS, order.to_date, work.now)
    shard_count = await _shard_count()
    await database.execute(
        "INSERT INTO day_close (to_date, from_date, state, shard_count, started_at, actor,"
        " audit_id) VALUES ($1, $2, 'running', $3, $4, $5, $6)",
        order.to_date, day.business_date, shard_count, work.now, actor_text(work.actor),
        work.audit_id,
    )  # fmt: skip
    work.note(shard_count=shard_count, behind=behind)
    return CloseStarted(to_date=order.to_date, shard_count=shard_count, audit_id=work.audit_id)


async def _shard_count() -> int:
    most = max((up_to for up_to, _ in SHARD_COUNTS), default=0)
    open_loans = await database.value(
        "SELECT count(*) FROM (SELECT 1 FROM loan WHERE next_change_on IS NOT NULL LIMIT $1)"
        " AS open_loan",
        most + 1,
    )
    return next((count for up_to, count in SHARD_COUNTS if open_loans <= up_to), PART_COUNT)


def may_finish_close(
    actor: Actor, close: RunningClose, order: FinishClose
) -> AfterloanError | None:
    if close.shards_closed < close.shard_count:
        open_shards = close.shard_count - close.shards_closed
        return ShardsOpen(open=open_shards, total=close.shard_count)
    return None


@verb("day.finish_close", permission=Permission.DAY_CLOSE, lock=lock_close, check=may_finish_close)
async def finish_close(work: Work, close: RunningClose, order: FinishClose) -> CloseFinished:
    """Moves the business date and seals the audit log as it stands."""
    sums = await database.row(
        "SELECT sum(loans_changed)::bigint AS loans_changed,"
        " sum(cases_changed)::bigint AS cases_changed,"
        " sum(reminders_planned)::bigint AS reminders_planned,"
        " (SELECT count(*) FROM quarantine WHERE quarantine.to_date = $1) AS loans_set_aside"
        " FROM day_close_shard WHERE to_date = $1",
        order.to_date,
    )
    assert sums is not None
    await database.execute(
        "UPDATE day_close SET state = 'done', finished_at = $2 WHERE to_date = $1",
        order.to_date, work.now,
    )  # fmt: skip
    await database.execute(
        "UPDATE business_day SET on_date = $1, opened_at = $2 WHERE id = 1",
        order.to_date, work.now,
    )  # fmt: skip
    await add_seal(f"close {order.to_date}", work.now)
    work.note(**sums)
    return CloseFinished(
        to_date=order.to_date, started_at=close.started_at, finished_at=work.now, **sums
    )


def may_release_loan(
    actor: Actor, aside: LoanSetAside, order: ReleaseLoan
) -> AfterloanError | None:
    if aside.scheduled is None:
        return _still_broken(aside.loan, "events_missing", {})
    if aside.scheduled != aside.instalment_count:
        facts = {"found": aside.scheduled, "expected": aside.instalment_count}
        return _still_broken(aside.loan, "schedule_incomplete", facts)
    return None


@verb(
    "day.release_loan", permission=Permission.DAY_CLOSE, lock=lock_set_aside, check=may_release_loan
)
async def release_loan(work: Work, aside: LoanSetAside, order: ReleaseLoan) -> LoanReleased:
    """Draws a loan anew from its events, for every day since it was set aside, and lets the close
    have it again."""
    loan = aside.loan
    on = await standing_date(loan.customer_id)
    try:
        await redraw_all(loan)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        rule = error.constraint_name or type(error).__name__
        raise _still_broken(loan, "refused", {"rule": rule}) from error
    judged = await database.row(JUDGE_LOAN, loan.id, on, loan.customer_id, FIRST_DAYS)
    assert judged is not None
    if judged["code"]:
        raise _still_broken(loan, judged["code"], msgspec.json.decode(judged["facts"]))
    await database.execute(
        "UPDATE quarantine SET released_at = $3, released_by = $4"
        " WHERE customer_id = $1 AND loan_id = $2 AND released_at IS NULL",
        loan.customer_id, loan.id, work.now, actor_text(work.actor),
    )  # fmt: skip
    await refresh_case(work, loan.customer_id)
    next_change_on = await database.value(
        "SELECT next_change_on FROM loan WHERE customer_id = $1 AND id = $2",
        loan.customer_id, loan.id,
    )  # fmt: skip
    return LoanReleased(loan_id=loan.id, next_change_on=next_change_on)


def _still_broken(loan: LoanSubject, code: str, facts: Mapping[str, object]) -> StillBroken:
    return StillBroken(number=loan.number, reason_code=code, reason_facts=facts)
