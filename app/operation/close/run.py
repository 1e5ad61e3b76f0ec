"""Runs closes to their end: one date after the other, the shards of a date side by side.

Everybody who runs the same close takes shards that nobody has; none of them is the head. Killed
ones leave nothing behind, and whoever sees all shards closed finishes the date."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta

import asyncpg

from app.actor import Actor
from app.database import raw_connection
from app.errors import Unavailable
from app.operation.audit import actor_text
from app.operation.business_day import current_business_date
from app.operation.close.actions import finish_close, release_loan, start_close
from app.operation.close.errors import NoCloseRuns, NotTheNextDay, StillBroken
from app.operation.close.order import (
    CloseFinished,
    CloseStarted,
    FinishClose,
    ReleaseLoan,
    StartClose,
)
from app.operation.close.queries import loans_behind
from app.operation.close.shard_work import Plan, close_shard
from app.permission import Permission
from app.setting import REMIND_AFTER_DAYS, REMIND_BEFORE_DAYS, REMINDERS_ON
from app.unit_of_work import AWAY

# Two keep two cores busy; more of them wait for each other's disk.
SESSIONS = 2
LOOK_AGAIN_SECONDS = 0.05

Told = Callable[[CloseFinished], None]


async def close_until(
    actor: Actor, to_date: date, *, sessions: int = SESSIONS, told: Told | None = None
) -> list[CloseFinished]:
    """Closes day after day until the business date is `to_date`; nothing to do when it is."""
    actor.require(Permission.DAY_CLOSE)
    finished = []
    try:
        async with AsyncExitStack() as stack:
            opened = [await stack.enter_async_context(_session()) for _ in range(sessions)]
            while (business_date := await current_business_date()) < to_date:
                done = await _close_day(actor, business_date + timedelta(days=1), opened)
                if done is not None:
                    finished.append(done)
                    if told:
                        told(done)
    except AWAY as error:
        raise Unavailable from error
    return finished


@asynccontextmanager
async def _session() -> AsyncIterator[asyncpg.Connection]:
    async with raw_connection() as connection:
        # The lists in our statements differ in length from one shard to 64.
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        yield connection


async def _close_day(
    actor: Actor, to_date: date, sessions: Sequence[asyncpg.Connection]
) -> CloseFinished | None:
    """None when somebody else finished it first."""
    try:
        started = (await start_close(actor, StartClose(to_date=to_date))).result
        await _make_up_missed_days()
        await _close_shards(await _plan(actor, started), sessions)
        return (await finish_close(actor, FinishClose(to_date=to_date))).result
    except (NotTheNextDay, NoCloseRuns):
        if await current_business_date() >= to_date:
            return None
        raise


async def _plan(actor: Actor, started: CloseStarted) -> Plan:
    before, after = await REMIND_BEFORE_DAYS.get(), await REMIND_AFTER_DAYS.get()
    days = (*(-day for day in before), *after) if await REMINDERS_ON.get() else ()
    return Plan(
        to_date=started.to_date,
        shard_count=started.shard_count,
        actor=actor_text(actor),
        audit_id=started.audit_id,
        reminder_days=days,
    )


async def _make_up_missed_days() -> None:
    """Loans left behind on an earlier date are drawn anew first; what cannot be stays aside."""
    for customer_id, loan_id in await loans_behind():
        order = ReleaseLoan(customer_id=customer_id, loan_id=loan_id)
        try:
            await release_loan(Actor.system("close"), order)
        except StillBroken:
            continue


async def _close_shards(plan: Plan, sessions: Sequence[asyncpg.Connection]) -> None:
    while missing := await _missing(sessions[0], plan):
        queue = deque(missing)
        workers = sessions[: len(queue)]
        closed = await asyncio.gather(
            *(_drain(session, plan, queue) for session in workers), return_exceptions=True
        )
        for outcome in closed:
            if isinstance(outcome, BaseException):
                raise outcome
        if not any(closed):
            # The rest is in other workers' hands: theirs to finish, ours if they die.
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _drain(connection: asyncpg.Connection, plan: Plan, queue: deque[int]) -> int:
    closed = 0
    while queue:
        closed += await close_shard(connection, plan, queue.popleft())
    return closed


async def _missing(connection: asyncpg.Connection, plan: Plan) -> list[int]:
    found = await connection.fetch(
        "SELECT shard FROM generate_series(0, $2 - 1) AS shard WHERE NOT EXISTS (SELECT 1"
        " FROM day_close_shard WHERE day_close_shard.to_date = $1"
        " AND day_close_shard.shard = shard.shard) ORDER BY shard",
        plan.to_date, plan.shard_count,
    )  # fmt: skip
    return [row["shard"] for row in found]
