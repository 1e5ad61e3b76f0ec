"""Locks around an import: its own row, and all borrowers against the close of business."""

from datetime import date

from app import database
from app.actor import Actor
from app.operation.book.errors import DayIsClosing, ImportNotFound
from app.operation.book.order import RunOrder
from app.operation.close.shard import PART_COUNT, PART_LOCK
from app.operation.models import ImportRun


async def lock_run(actor: Actor, order: RunOrder, *, for_update: bool) -> ImportRun:
    query = ImportRun.filter(id=order.run_id)
    found = await (query.select_for_update().first() if for_update else query.first())
    if found is None:
        raise ImportNotFound
    return found


async def see_run(actor: Actor, order: RunOrder, *, for_update: bool) -> ImportRun:
    """Without a lock: two processes write batches of one run at the same time."""
    found = await ImportRun.filter(id=order.run_id).first()
    if found is None:
        raise ImportNotFound
    return found


async def hold_all_borrowers() -> date:
    """Until the commit no shard of the close begins. Returns the date on which loans stand."""
    await database.rows(
        "SELECT pg_advisory_xact_lock_shared($1, part) FROM generate_series(0, $2::int) AS part",
        PART_LOCK, PART_COUNT - 1,
    )  # fmt: skip
    found = await database.row(
        "SELECT on_date, EXISTS (SELECT 1 FROM day_close WHERE state = 'running') AS is_closing"
        " FROM business_day WHERE id = 1"
    )
    assert found is not None
    if found["is_closing"]:
        raise DayIsClosing
    on: date = found["on_date"]
    return on
