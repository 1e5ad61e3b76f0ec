"""A copy of a book, and what a close wrote into it, as one number for each table."""

from datetime import date
from pathlib import Path

import asyncpg

from app.database import connect_arguments
from app.engine.place import Place
from app.engine.postgres import ADMINISTRATOR, DATABASE, ROLE, Postgres
from app.operation.close.shard_work import Plan, close_shard

COPY = f"{DATABASE}_copy"

# What a close writes, by what it means: ids, times and workers are others each time.
_WRITTEN = {
    "loan": "SELECT id, overdue_since, overdue_minor, bucket, next_due_on, next_change_on"
    " FROM loan",
    "loan_standing": "SELECT loan_id, from_on, to_on, bucket, overdue_since, overdue_minor,"
    " principal_left_minor FROM loan_standing",
    "collection_case": "SELECT customer_id, stage, opened_on, closed_on, close_reason,"
    " overdue_since, overdue_minor, currency, overdue_other, overdue_loan_count, version"
    " FROM collection_case",
    "case_event": "SELECT customer_id, kind, from_stage, to_stage, business_date FROM case_event",
    "live_event": "SELECT customer_id, from_stage, to_stage FROM live_event",
    "reminder": "SELECT loan_id, instalment_number, reason, days, planned_on FROM reminder",
    "outbox": "SELECT topic, payload -> 'customer_id' FROM outbox",
    "day_close": "SELECT to_date, from_date, state, shard_count FROM day_close",
    "day_close_shard": "SELECT to_date, shard, loans_changed, cases_changed, reminders_planned"
    " FROM day_close_shard",
    "business_day": "SELECT on_date FROM business_day",
    "quarantine": "SELECT loan_id, to_date, code, facts FROM quarantine",
}


async def settle(url: str) -> None:
    """What autovacuum does in the minutes after a bulk load."""
    connection = await asyncpg.connect(**connect_arguments(url))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def copy_database(home: Path) -> str:
    postgres = Postgres(Place(home))
    administrator = await asyncpg.connect(postgres.url_of(ADMINISTRATOR, "postgres"))
    await administrator.execute(
        f'CREATE DATABASE "{COPY}" OWNER {ROLE} TEMPLATE {DATABASE} STRATEGY file_copy'
    )
    await administrator.close()
    return postgres.url_of(ROLE, COPY)


async def next_date(url: str) -> str:
    connection = await asyncpg.connect(**connect_arguments(url))
    found: date = await connection.fetchval("SELECT on_date + 1 FROM business_day")
    await connection.close()
    return found.isoformat()


async def digests(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        return {table: await _digest(connection, sql) for table, sql in _WRITTEN.items()}
    finally:
        await connection.close()


async def _digest(connection: asyncpg.Connection, sql: str) -> int:
    """Whatever the order of the rows."""
    found = await connection.fetchval(
        "SELECT coalesce(sum(hashtextextended(written::text, 0)::numeric), 0)"
        f" FROM ({sql}) AS written"
    )
    return int(found)


async def close_again(url: str) -> int:
    """Loans, cases and reminders that the day just closed still changes, were it forgotten that it
    was closed."""
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        close = await connection.fetchrow("SELECT * FROM day_close ORDER BY to_date DESC LIMIT 1")
        await _forget(connection, close["to_date"])
        plan = Plan(
            to_date=close["to_date"],
            shard_count=close["shard_count"],
            actor=close["actor"],
            audit_id=close["audit_id"],
            reminder_days=(-3, 0, 1),
        )
        for shard in range(plan.shard_count):
            await close_shard(connection, plan, shard)
        changed = await connection.fetchval(
            "SELECT sum(loans_changed + cases_changed + reminders_planned) FROM day_close_shard"
            " WHERE to_date = $1",
            plan.to_date,
        )
        return int(changed)
    finally:
        await connection.close()


async def _forget(connection: asyncpg.Connection, to_date: date) -> None:
    await connection.execute("DELETE FROM day_close_shard WHERE to_date = $1", to_date)
