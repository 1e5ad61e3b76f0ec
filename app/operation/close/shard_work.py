"""One shard: a short transaction of its own, whose row in `day_close_shard` is the proof.

It can be killed anywhere: then nothing of it happened. A loan that the database refuses is looked
for by halving, set aside with its reason, and the others go on."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg
import msgspec

from app import clock
from app.collection.case import REFRESH_CASES
from app.operation.close.errors import BorrowersHeld
from app.operation.close.shard import CLAIM_LOCK, PART_LOCK, parts_of
from app.operation.close.statement import (
    CANDIDATE_LOANS,
    CLOSE_LOANS,
    DUE_LOANS,
    FIRST_DAYS,
    PLAN_REMINDERS,
)

# What one loan's rows can cause; anything else is no loan's fault and stops the shard.
ROW_FAULTS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError)
# Somebody else was in the way for a moment.
IN_THE_WAY = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
# A bulk load may hold all borrowers for minutes. We wait in short turns, because whoever wants to
# read them for a change waits behind us.
TURN = "2s"
TURNS_MAX = 300
PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all shards of one close have in common."""

    to_date: date
    shard_count: int
    actor: str
    audit_id: int
    # Days from the due date on which borrowers are reminded: -3, 0, 1.
    reminder_days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    loans: int = 0
    cases: int = 0
    reminders: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.loans + other.loans,
            self.cases + other.cases,
            self.reminders + other.reminders,
        )


async def close_shard(connection: asyncpg.Connection, plan: Plan, shard: int) -> bool:
    """False when another worker is at it, or was."""
    for _ in range(TURNS_MAX):
        try:
            return await _close_in_one_piece(connection, plan, shard)
        except IN_THE_WAY:
            await asyncio.sleep(PAUSE_SECONDS)
    raise BorrowersHeld(shard=shard + 1, total=plan.shard_count)


async def _close_in_one_piece(connection: asyncpg.Connection, plan: Plan, shard: int) -> bool:
    parts = parts_of(shard, plan.shard_count)
    try:
        async with connection.transaction():
            return await _close(connection, plan, shard, _Work(connection, plan, parts).all_at_once)
    except ROW_FAULTS:
        async with connection.transaction():
            return await _close(connection, plan, shard, _Work(connection, plan, parts).carefully)


async def _close(
    connection: asyncpg.Connection, plan: Plan, shard: int, work: Callable[[], Awaitable[Counts]]
) -> bool:
    began = time.monotonic()
    if not await _claim(connection, plan, shard):
        return False
    counts = await work()
    await connection.execute(
        "INSERT INTO day_close_shard (to_date, shard, loans_changed, cases_changed,"
        " reminders_planned, took_ms, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        plan.to_date, shard, counts.loans, counts.cases, counts.reminders,
        int((time.monotonic() - began) * 1000), clock.now(),
    )  # fmt: skip
    return True


async def _claim(connection: asyncpg.Connection, plan: Plan, shard: int) -> bool:
    """Ours until the transaction ends, however it ends; then the borrowers, alone."""
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1, $2)", CLAIM_LOCK, shard):
        return False
    if await connection.fetchval(
        "SELECT 1 FROM day_close_shard WHERE to_date = $1 AND shard = $2", plan.to_date, shard
    ):
        return False
    await connection.execute(f"SET LOCAL lock_timeout = '{TURN}'")
    await connection.execute(
        "SELECT pg_advisory_xact_lock($1, part) FROM unnest($2::int[]) AS part",
        PART_LOCK,
        parts_of(shard, plan.shard_count),
    )
    return True


class _Work:
    def __init__(self, connection: asyncpg.Connection, plan: Plan, parts: list[int]) -> None:
        self.connection, self.plan, self.parts, self.now = connection, plan, parts, clock.now()
        days = plan.reminder_days
        due = [plan.to_date - timedelta(days=day) for day in days]
        self.reminder_dates = due
        self.look_ahead_to = max((on for on in due if on >= plan.to_date), default=None)
        self.overdue_since_max = max((on for on in due if on < plan.to_date), default=None)

    async def all_at_once(self) -> Counts:
        return await self._loans_and_cases(None) + await self._reminders(None)

    async def carefully(self) -> Counts:
        due = await self._ids(DUE_LOANS)
        counts = await self._halving(self._loans_and_cases, due)
        if not self.plan.reminder_days:
            return counts
        candidates = await self._ids(CANDIDATE_LOANS, self.look_ahead_to, self.overdue_since_max)
        return counts + await self._halving(self._reminders, candidates)

    async def _ids(self, statement: str, *more: date | None) -> list[int]:
        found = await self.connection.fetch(statement, self.parts, self.plan.to_date, None, *more)
        return [row["id"] for row in found]

    async def _halving(
        self, step: Callable[[Sequence[int]], Awaitable[Counts]], loans: Sequence[int]
    ) -> Counts:
        if not loans:
            return Counts()
        try:
            async with self.connection.transaction():
                return await step(loans)
        except ROW_FAULTS as fault:
            if len(loans) == 1:
                return await self._set_aside(loans[0], fault)
        middle = len(loans) // 2
        return await self._halving(step, loans[:middle]) + await self._halving(step, loans[middle:])

    async def _set_aside(self, loan_id: int, fault: asyncpg.PostgresError) -> Counts:
        # The message would quote the row: only the rule's name is kept.
        rule = fault.constraint_name or type(fault).__name__
        await self.connection.execute(
            "INSERT INTO quarantine (customer_id, loan_id, to_date, code, facts, since,"
            " released_by) SELECT customer_id, loan_id, $2, 'refused', $3::jsonb, $4, ''"
            " FROM loan_directory WHERE loan_id = $1",
            loan_id, self.plan.to_date, msgspec.json.encode({"rule": rule}).decode(), self.now,
        )  # fmt: skip
        return Counts()

    async def _loans_and_cases(self, loans: Sequence[int] | None) -> Counts:
        closed = await self.connection.fetchrow(
            CLOSE_LOANS, self.parts, self.plan.to_date, loans, FIRST_DAYS, self.now
        )
        changed = await self._cases(closed["customers"])
        return Counts(loans=closed["changed"], cases=changed)

    async def _cases(self, customers: Sequence[int]) -> int:
        """A statement of its own: it must see what the loans' statement wrote."""
        if not customers:
            return 0
        plan = self.plan
        told = await self.connection.fetch(
            REFRESH_CASES, customers, plan.to_date, self.now, plan.actor, plan.audit_id
        )
        return len(told)

    async def _reminders(self, loans: Sequence[int] | None) -> Counts:
        if not self.plan.reminder_days:
            return Counts()
        planned = await self.connection.fetchval(
            PLAN_REMINDERS, self.parts, self.plan.to_date, loans, self.look_ahead_to,
            self.overdue_since_max, self.reminder_dates, self.now,
        )  # fmt: skip
        return Counts(reminders=planned)
