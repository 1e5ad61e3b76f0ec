"""Every row lock of the business day."""

from dataclasses import dataclass
from datetime import date, datetime

from app import clock, database
from app.actor import Actor
from app.loan.locks import lock_loan
from app.loan.subject import LoanSubject
from app.operation.business_day import current_business_date
from app.operation.close.errors import NoCloseRuns, NotInQuarantine
from app.operation.close.order import FinishClose, ReleaseLoan, StartClose
from app.setting import TIME_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClose:
    to_date: date
    started_at: datetime
    shard_count: int
    shards_closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDay:
    business_date: date
    # What the calendar says where the lender sits.
    today: date


async def lock_day(actor: Actor, order: StartClose, *, for_update: bool) -> OpenDay:
    """Whoever starts or finishes a close comes one after the other."""
    if for_update:
        await _hold_day()
    today = clock.today_in(await TIME_ZONE.get())
    return OpenDay(business_date=await current_business_date(), today=today)


async def lock_close(actor: Actor, order: FinishClose, *, for_update: bool) -> RunningClose:
    if for_update:
        await _hold_day()
    found = await database.row(
        "SELECT to_date, started_at, shard_count, (SELECT count(*) FROM day_close_shard AS closed"
        " WHERE closed.to_date = day_close.to_date) AS shards_closed"
        " FROM day_close WHERE to_date = $1 AND state = 'running'",
        order.to_date,
    )  # fmt: skip
    if found is None:
        raise NoCloseRuns(to_date=order.to_date)
    return RunningClose(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanSetAside:
    loan: LoanSubject
    instalment_count: int
    # How many instalments its log says it was opened with; None when it does not say.
    scheduled: int | None


async def lock_set_aside(actor: Actor, order: ReleaseLoan, *, for_update: bool) -> LoanSetAside:
    loan = await lock_loan(actor, order, for_update=for_update)
    found = await database.row(
        "SELECT instalment_count, (SELECT jsonb_array_length(payload -> 'schedule')"
        " FROM loan_event WHERE loan_event.customer_id = $1 AND loan_event.loan_id = $2"
        " AND kind = 'opened' ORDER BY sequence LIMIT 1) AS scheduled"
        " FROM loan WHERE customer_id = $1 AND id = $2 AND EXISTS (SELECT 1 FROM quarantine"
        " WHERE quarantine.customer_id = $1 AND quarantine.loan_id = $2 AND released_at IS NULL)",
        order.customer_id, order.loan_id,
    )  # fmt: skip
    if found is None:
        raise NotInQuarantine
    return LoanSetAside(loan=loan, **found)


async def _hold_day() -> None:
    await database.rows("SELECT on_date FROM business_day WHERE id = 1 FOR UPDATE")
