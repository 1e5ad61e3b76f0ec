"""A book is brought in, step by step."""

import tempfile
from pathlib import Path

from app import database
from app.operation.book.actions import commit_import, write_batch
from app.operation.book.manifest import clear
from app.operation.book.order import (
    AskImport,
    CommitImport,
    ConcludeCheck,
    FinishImport,
    OpenCases,
    RunOrder,
    WriteBatch,
)
from app.operation.book.run import import_book
from app.operation.close.actions import start_close
from app.operation.close.order import StartClose
from app.operation.models import ImportRun, ImportState
from tests.app.operation.book.books import write
from tests.scenario.day import TOMORROW
from tests.scenario.scene import SYSTEM, Say, Scene

ASKED = AskImport(name="book", digest="ab" * 32)


async def of_new_files(scene: Scene) -> AskImport:
    return ASKED


async def of_known_files(scene: Scene) -> AskImport:
    await _run(ImportState.done)
    return ASKED


async def _run(state: ImportState) -> int:
    run = await ImportRun.create(
        name="book",
        digest=bytes.fromhex(ASKED.digest),
        state=state,
        asked_by="tests",
        asked_at="2026-03-15T08:00:00Z",
    )
    return int(run.id)


async def _checked(state: ImportState = ImportState.checked) -> int:
    """A small book that was read and found right."""
    with tempfile.TemporaryDirectory() as folder:
        report = await import_book(SYSTEM, [write(Path(folder) / "book")], check_only=True)
    await ImportRun.filter(id=report.run_id).update(state=state)
    return report.run_id


async def _writing() -> int:
    run_id = await _checked()
    await commit_import(SYSTEM, CommitImport(run_id=run_id))
    return run_id


async def of_a_running_check(scene: Scene) -> RunOrder:
    return ConcludeCheck(run_id=await _checked(ImportState.checking))


async def of_a_check_without_its_files(scene: Scene) -> RunOrder:
    return ConcludeCheck(run_id=await _run(ImportState.checking))


async def of_a_check_that_is_over(scene: Scene) -> RunOrder:
    return ConcludeCheck(run_id=await _checked())


async def of_a_checked_book(scene: Scene) -> RunOrder:
    return CommitImport(run_id=await _checked())


async def of_a_refused_book(scene: Scene) -> RunOrder:
    return CommitImport(run_id=await _checked(ImportState.refused))


async def of_a_book_whose_files_are_gone(scene: Scene) -> RunOrder:
    run_id = await _checked()
    clear(run_id)
    return CommitImport(run_id=run_id)


async def of_borrowers(scene: Scene) -> RunOrder:
    return WriteBatch(run_id=await _writing(), side="customer", bucket=0)


async def of_loans(scene: Scene) -> RunOrder:
    order = await of_borrowers(scene)
    assert isinstance(order, WriteBatch)
    await write_batch(SYSTEM, order)
    return WriteBatch(run_id=order.run_id, side="loan", bucket=0)


async def for_a_second_time(scene: Scene) -> RunOrder:
    order = await of_borrowers(scene)
    assert isinstance(order, WriteBatch)
    await write_batch(SYSTEM, order)
    return order


async def before_it_was_confirmed(scene: Scene) -> RunOrder:
    return WriteBatch(run_id=await _checked(), side="customer", bucket=0)


async def while_a_day_is_closed(scene: Scene) -> RunOrder:
    order = await of_borrowers(scene)
    await start_close(SYSTEM, StartClose(to_date=TOMORROW))
    return order


async def for_the_late(scene: Scene) -> RunOrder:
    order = await of_loans(scene)
    assert isinstance(order, WriteBatch)
    await write_batch(SYSTEM, order)
    return OpenCases(run_id=order.run_id, after_customer_id=0)


async def of_a_book_not_confirmed(scene: Scene) -> RunOrder:
    return OpenCases(run_id=await _checked(), after_customer_id=0)


async def of_a_written_book(scene: Scene) -> RunOrder:
    return FinishImport(run_id=await _writing())


async def of_a_finished_book(scene: Scene) -> RunOrder:
    return FinishImport(run_id=await _run(ImportState.done))


async def of_no_book(scene: Scene) -> RunOrder:
    assert await database.value("SELECT count(*) FROM import_run") == 0
    return FinishImport(run_id=404)


SCENARIOS: dict[str, list[Say]] = {
    "import.ask": [of_new_files, of_known_files],
    "import.conclude_check": [
        of_a_running_check,
        of_a_check_without_its_files,
        of_a_check_that_is_over,
    ],
    "import.commit": [of_a_checked_book, of_a_refused_book, of_a_book_whose_files_are_gone],
    "import.write": [
        of_borrowers,
        of_loans,
        for_a_second_time,
        before_it_was_confirmed,
        while_a_day_is_closed,
    ],
    "import.open_cases": [for_the_late, of_a_book_not_confirmed],
    "import.finish": [of_a_written_book, of_a_finished_book, of_no_book],
}
