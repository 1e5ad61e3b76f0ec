"""Throws away what nobody can need any more. The book and the audit log are never touched."""

from datetime import timedelta

from app import clock, database

# A client may repeat an order for a week; a month leaves room for a long holiday.
KEEP_IDEMPOTENCY = timedelta(days=30)
KEEP_LIVE_EVENTS = timedelta(days=2)
KEEP_DONE_JOBS = timedelta(days=14)
KEEP_ENDED_SESSIONS = timedelta(days=30)
ROWS_PER_STATEMENT = 10_000

_STALE = (
    ("idempotency", "id", "claimed_at < $1", KEEP_IDEMPOTENCY),
    # The newest stays: browsers say how far they have heard, and ids go on from there.
    (
        "live_event",
        "id",
        "at < $1 AND id < (SELECT max(id) FROM live_event)",
        KEEP_LIVE_EVENTS,
    ),
    ("outbox", "id", "done_at < $1", KEEP_DONE_JOBS),
    ("session", "id_hash", "expires_at < $1", KEEP_ENDED_SESSIONS),
    ("sign_in_attempt", "state_hash", "expires_at < $1", timedelta(days=1)),
)


async def sweep_out() -> dict[str, int]:
    """Rows removed by table; in small statements, so that nobody waits for it."""
    return {
        table: await _sweep(table, key, condition, keep) for table, key, condition, keep in _STALE
    }


async def _sweep(table: str, key: str, condition: str, keep: timedelta) -> int:
    before, removed = clock.now() - keep, 0
    while True:
        count = await database.execute(
            f"DELETE FROM {table} WHERE {key} IN"
            f" (SELECT {key} FROM {table} WHERE {condition} LIMIT {ROWS_PER_STATEMENT})",
            before,
        )
        removed += count
        if count < ROWS_PER_STATEMENT:
            return removed
