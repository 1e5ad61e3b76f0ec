"""An import that a worker does: checks what was uploaded, writes what was confirmed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.actor import Actor
from app.errors import AfterloanError, Unavailable
from app.operation.book.errors import DayIsClosing
from app.operation.book.fault import Faults
from app.operation.book.files import find_files
from app.operation.book.manifest import alone_with, clear, load_manifest
from app.operation.book.run import Step, Told, check_run, mark, write_run
from app.operation.book.upload import mapping_in
from app.operation.models import ImportRun, ImportState
from app.settings import settings
from app.task import end

IMPORTER = Actor.system("import")
TELL_EVERY_SECONDS = 1.0
# Reading the files is the first half of the bar, holding them against the book the second.
STEPS_TOTAL = 1_000
FILES_GONE = "FILES_GONE"


async def check_uploaded(run_id: int) -> None:
    """Begun again it starts from the first line; a run that is further is left alone."""
    async with alone_with(run_id):
        run = await ImportRun.get(id=run_id)
        if run.state in (ImportState.waiting, ImportState.checking):
            await _check(run)
            if (await ImportRun.get(id=run_id)).state is not ImportState.checked:
                clear(run_id)


async def write_checked(run_id: int) -> None:
    """Begun again it goes on with the first bucket that is not in the book."""
    async with alone_with(run_id):
        run = await ImportRun.get(id=run_id)
        if run.state is not ImportState.writing:
            return
        if load_manifest(run_id) is None:
            await mark(run_id, state=ImportState.failed, failure=FILES_GONE)
            return
        async with _ending_in_words(run_id):
            await write_run(IMPORTER, run_id)


async def _check(run: ImportRun) -> None:
    folder = settings().home / run.folder
    if not run.folder or not folder.is_dir():
        await mark(run.id, state=ImportState.failed, failure=FILES_GONE)
        return
    faults, path = Faults(), mapping_in(folder)
    async with _ending_in_words(run.id), _telling(run.id) as told:
        files = find_files([folder], path, faults)
        await check_run(IMPORTER, run.id, files, faults=faults, told=told)
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _ending_in_words(run_id: int) -> AsyncIterator[None]:
    """What passes by itself is tried again by the outbox; what does not is shown to the person."""
    try:
        yield
    except (Unavailable, DayIsClosing):
        raise
    except AfterloanError as refusal:
        await mark(run_id, state=ImportState.failed, failure=refusal.code)


@asynccontextmanager
async def _telling(run_id: int) -> AsyncIterator[Told]:
    latest: Step | None = None

    def told(step: Step) -> None:
        nonlocal latest
        latest = step

    async def tell() -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_SECONDS)
            if latest is not None:
                # Once the check is concluded the columns count rows.
                await ImportRun.filter(id=run_id, state=ImportState.checking).update(
                    rows_done=_reached(latest), rows_total=STEPS_TOTAL
                )

    telling = asyncio.create_task(tell())
    try:
        yield told
    finally:
        await end(telling)


def _reached(step: Step) -> int:
    half = STEPS_TOTAL // 2
    return (0 if step.phase == "read" else half) + half * step.done // max(step.total, 1)
