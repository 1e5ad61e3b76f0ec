"""A close that is killed, again and again, ends as if nothing had happened."""

import asyncio
import hashlib
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from app import database as db
from app.operation.close.run import close_until
from tests.app.operation.close.book import CLOSER
from tests.factories import make_customer, make_loan, set_business_date

KILLS = 10
BORROWERS = 12
BEGIN = date(2026, 3, 1)
END = BEGIN + timedelta(days=20)
SEED = 20260301

# Everything a close writes, by what it means: ids, times and names of workers are another's
# each time.
_CONTENT = (
    "SELECT source_number, overdue_since, overdue_minor, bucket, next_due_on, next_change_on,"
    " status, version FROM loan",
    "SELECT source_number, from_on, to_on, loan_standing.bucket, loan_standing.overdue_since,"
    " loan_standing.overdue_minor, loan_standing.principal_left_minor FROM loan_standing"
    " JOIN loan ON loan.customer_id = loan_standing.customer_id"
    " AND loan.id = loan_standing.loan_id",
    "SELECT address.number, stage, opened_on, closed_on, close_reason, overdue_since,"
    " overdue_minor, currency, overdue_other, overdue_loan_count, collection_case.version"
    " FROM collection_case JOIN (SELECT customer_id, min(source_number) AS number FROM loan"
    " GROUP BY customer_id) AS address USING (customer_id)",
    "SELECT kind, from_stage, to_stage, business_date, count(*) FROM case_event"
    " GROUP BY 1, 2, 3, 4",
    "SELECT from_stage, to_stage, count(*) FROM live_event GROUP BY 1, 2",
    "SELECT source_number, instalment_number, reason, days, planned_on FROM reminder"
    " JOIN loan ON loan.customer_id = reminder.customer_id AND loan.id = reminder.loan_id",
    "SELECT topic, count(*) FROM outbox GROUP BY 1",
    "SELECT to_date, from_date, state, shard_count FROM day_close",
    "SELECT to_date, count(*), sum(loans_changed), sum(cases_changed), sum(reminders_planned)"
    " FROM day_close_shard GROUP BY 1",
    "SELECT on_date FROM business_day",
    "SELECT occasion FROM audit_seal",
    "SELECT count(*) FROM audit_entry WHERE verb = 'day.finish_close'",
    "SELECT count(*) FROM quarantine",
)


def test_killed_ten_times_the_tables_are_those_of_an_undisturbed_run(
    servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.operation.close.actions.SHARD_COUNTS", ())
    began = time.monotonic()
    undisturbed = asyncio.run(_with_database(_make_close_and_read))
    took = time.monotonic() - began
    asyncio.run(_with_database(_make_book))
    chance, killed = random.Random(SEED), 0
    while killed < KILLS and _run_and_kill_after(chance.uniform(0, took / KILLS)):
        killed += 1
    assert killed >= 3, "the close was too quick to be killed"
    assert asyncio.run(_with_database(_finish_and_read)) == undisturbed


def _run_and_kill_after(seconds: float) -> bool:
    """False when it was through before it could be killed."""
    child = multiprocessing.get_context("fork").Process(target=_close_in_a_process)
    child.start()
    child.join(seconds)
    if child.is_alive():
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return child.exitcode == -signal.SIGKILL


def _close_in_a_process() -> None:
    asyncio.run(_with_database(lambda: close_until(CLOSER, END)))
    # Without the exit of the suite it was forked from.
    os._exit(0)


async def _with_database(work: Callable[[], Awaitable[object]]) -> object:
    await db.init_database()
    try:
        return await work()
    finally:
        await db.close_database()


async def _make_close_and_read() -> dict[str, str]:
    await _make_book()
    return await _finish_and_read()


async def _finish_and_read() -> dict[str, str]:
    await close_until(CLOSER, END)
    return {sql: await _digest(sql) for sql in _CONTENT}


async def _digest(sql: str) -> str:
    rows = await db.rows(sql)
    assert rows, f"nothing to compare in {sql}"
    lines = sorted(repr(tuple(row.values())) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


async def _make_book() -> None:
    await db.rows("SELECT suite.clean()")
    await set_business_date(BEGIN)
    chance = random.Random(SEED)
    for borrower in range(BORROWERS):
        customer_id = await make_customer()
        for loan in range(chance.choice((1, 1, 2))):
            first = BEGIN + timedelta(days=chance.randrange(12))
            schedule = [(first + timedelta(days=14 * n), 100_00 + n, 10_00) for n in range(3)]
            await make_loan(schedule, customer_id=customer_id, source_number=f"S-{borrower}-{loan}")
