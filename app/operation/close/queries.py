"""Reads about the business day."""

from app import database


async def loans_behind() -> list[tuple[int, int]]:
    found = await database.rows(
        "SELECT customer_id, loan_id FROM quarantine"
        " WHERE code = 'days_missed' AND released_at IS NULL ORDER BY id"
    )
    return [(row["customer_id"], row["loan_id"]) for row in found]


async def close_runs() -> bool:
    found = await database.value("SELECT 1 FROM day_close WHERE state = 'running'")
    return found is not None
