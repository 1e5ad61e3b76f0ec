"""Locks around an import: its own row, and all borrowers against the close of business."""

from datetime import date, timedelta
from typing import NamedTuple

from app import database
from app.actor import Actor
from app.operation.book.errors import DayIsClosing, ImportNotFound
from app.operation.book.manifest import Manifest, load_manifest
from app.operation.book.order import AskImport, RunOrder
from app.operation.close.shard import PART_COUNT, PART_LOCK
from app.operation.models import ImportRun

# A batch of COPY and its indexes; a page's limit would stop it.
BATCH_TIMEOUT = timedelta(minutes=10)
BATCH_TIMEOUT_MS = str(int(BATCH_TIMEOUT.total_seconds() * 1000))


class SpooledRun(NamedTuple):
    """A run and what its check left on disk; None when that is gone or never was."""

    run: ImportRun
    manifest: Manifest | None


class WritingRun(NamedTuple):
    """A run whose rows may be written now: no day is being closed, and none begins meanwhile."""

    run: ImportRun
    manifest: Manifest | None
    # The date on which all loans stand.
    on: date


async def hold_files(actor: Actor, order: AskImport, *, for_update: bool) -> None:
    """Whoever brings the same files at the same time finds the run that the first one made."""
    if for_update:
        await database.rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", order.digest)


async def lock_run(actor: Actor, order: RunOrder, *, for_update: bool) -> ImportRun:
    query = ImportRun.filter(id=order.run_id)
    found = await (query.select_for_update().first() if for_update else query.first())
    if found is None:
        raise ImportNotFound
    return found


async def lock_spool(actor: Actor, order: RunOrder, *, for_update: bool) -> SpooledRun:
    run = await lock_run(actor, order, for_update=for_update)
    return SpooledRun(run, load_manifest(run.id))


async def hold_book(actor: Actor, order: RunOrder, *, for_update: bool) -> WritingRun:
    """Without a lock on the run: two processes write batches of one run at the same time."""
    run = await ImportRun.filter(id=order.run_id).first()
    if run is None:
        raise ImportNotFound
    if for_update:
        await _hold_all_borrowers()
    return WritingRun(run, load_manifest(run.id), await _date_of_all())


async def hold_batch(run_id: int, number: int) -> None:
    """Until the commit nobody else writes it. The server may still be at work for a writer that was
    killed: then it is waited for, and what it brought in is seen."""
    await database.rows(
        "SELECT pg_advisory_xact_lock(hashtextextended('import batch ' || $1::text, $2))",
        str(run_id), number,
    )  # fmt: skip


async def _hold_all_borrowers() -> None:
    """Until the commit no shard of the close begins; those at work are waited for."""
    await database.rows("SELECT set_config('statement_timeout', $1, true)", BATCH_TIMEOUT_MS)
    await database.rows(
        "SELECT pg_advisory_xact_lock_shared($1, part) FROM generate_series(0, $2::int) AS part",
        PART_LOCK, PART_COUNT - 1,
    )  # fmt: skip


async def _date_of_all() -> date:
    found = await database.row(
        "SELECT on_date, EXISTS (SELECT 1 FROM day_close WHERE state = 'running') AS is_closing"
        " FROM business_day WHERE id = 1"
    )
    assert found is not None
    if found["is_closing"]:
        raise DayIsClosing
    on: date = found["on_date"]
    return on
