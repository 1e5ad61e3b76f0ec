"""An import from its files to the book: check all of it, then write it batch by batch.

Killed anywhere and started again it goes on where it was: the files' digest finds the run, the
spooled rows find their buckets, and a bucket that is in the book has its row in `import_batch`."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.actor import Actor
from app.operation.book.actions import (
    ask_import,
    commit_import,
    conclude_check,
    finish_import,
    open_cases,
)
from app.operation.book.fault import Fault, Faults, Place
from app.operation.book.files import BOOK_FILE, BookFiles, find_files
from app.operation.book.gather import Gathered, bucket_count, gather
from app.operation.book.manifest import (
    Manifest,
    alone_with,
    clear,
    load_manifest,
    make_spool,
    save_manifest,
)
from app.operation.book.order import (
    AskImport,
    CommitImport,
    ConcludeCheck,
    FinishImport,
    OpenCases,
)
from app.operation.book.queries import has_loans
from app.operation.book.share import Share, judged_shares, written_shares
from app.operation.business_day import current_business_date
from app.operation.models import ImportRun, ImportState

READ_AT_ONCE = 1 << 20
# A file that cannot be read would make every row that hangs on it a fault, and so would a line of
# which not even the key is known, where others hang on it.
_UNREADABLE_FILE = ("FILE_", "COLUMN_", "BOOK_")
_UNREADABLE_LINE = ("QUOTE_", "BYTES_", "CONTROL_", "LINE_")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is, for a progress bar."""

    phase: str
    done: int
    total: int


Told = Callable[[Step], None]


class Report(msgspec.Struct, kw_only=True):
    run_id: int
    state: ImportState
    # Rows of each table.
    counts: dict[str, int]
    faults: list[Fault] = []
    fault_total: int = 0
    # The very same files were in the book before.
    was_there: bool = False


async def import_book(
    actor: Actor,
    paths: Sequence[Path],
    *,
    mapping_path: Path | None = None,
    check_only: bool = False,
    team: str = "",
    told: Told | None = None,
) -> Report:
    """`team` is that of borrowers of whom neither the book nor its mapping says one.

    Raises `MappingInvalid` for a mapping that cannot be used, `Forbidden` for who may not."""
    faults = Faults()
    files = find_files(paths, mapping_path, faults)
    if not files.book.branch and not files.book.team:
        files.book.team = team
    digest = await asyncio.to_thread(digest_of, files, mapping_path)
    name = ", ".join(path.name for path in paths)
    asked = (await ask_import(actor, AskImport(name=name, digest=digest))).result
    async with alone_with(asked.run_id):
        state = (await ImportRun.get(id=asked.run_id)).state
        if state is ImportState.done:
            # Whoever finished it may have been killed before he had tidied up.
            clear(asked.run_id)
            return await _report(asked.run_id, was_there=True)
        if load_manifest(asked.run_id) is None or state is not ImportState.writing:
            await check_run(actor, asked.run_id, files, faults=faults, told=told)
        report = await _report(asked.run_id)
        if check_only or report.state is ImportState.refused:
            if report.state is ImportState.refused:
                clear(asked.run_id)
            return report
        await commit_import(actor, CommitImport(run_id=asked.run_id))
        await write_run(actor, asked.run_id, told=told)
        return await _report(asked.run_id)


async def check_run(
    actor: Actor,
    run_id: int,
    files: BookFiles,
    *,
    faults: Faults,
    told: Told | None = None,
) -> None:
    """Reads every line, then holds each loan and borrower against the book. Writes nothing."""
    await mark(run_id, state=ImportState.checking)
    folder = make_spool(run_id)
    total = sum(file.path.stat().st_size for file in files.files)
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        if told:
            told(Step(phase="read", done=min(done, total), total=total))

    gathered = await asyncio.to_thread(gather, files, folder, read)
    faults.merge(gathered.faults, gathered.fault_counts)
    if not faults and not sum(gathered.counts.values()):
        faults.add("BOOK_EMPTY", Place(file=files.names[0] if files.names else "-"))
    manifest = await _manifest(files, gathered, faults)
    save_manifest(run_id, manifest)
    if _can_be_judged(files, faults):
        shares = [
            share for side in ("customer", "loan") for share in _shares(run_id, side, manifest)
        ]
        async for found, number in judged_shares(actor, shares):
            faults.merge(found.kept, found.counts)
            if told:
                told(Step(phase="check", done=number, total=len(shares)))
    manifest.faults, manifest.fault_counts = faults.sorted(), dict(faults.counts)
    save_manifest(run_id, manifest)
    await conclude_check(actor, ConcludeCheck(run_id=run_id))


async def write_run(actor: Actor, run_id: int, *, told: Told | None = None) -> None:
    """Borrowers first, then their loans, then the cases of those who are overdue and how far each
    has come."""
    manifest = load_manifest(run_id)
    assert manifest is not None, "only a checked import is written"
    done, total = 0, sum(manifest.counts.values())
    sides = [_shares(run_id, side, manifest) for side in ("customer", "loan")]
    async for rows in written_shares(actor, *sides):
        done += rows
        if told:
            told(Step(phase="write", done=min(done, total), total=total))
    after: int | None = 0
    while after is not None:
        order = OpenCases(run_id=run_id, after_customer_id=after)
        after = (await open_cases(actor, order)).result.next_after
    if "cases" in manifest.counts:
        async for _ in written_shares(actor, _shares(run_id, "case", manifest)):
            pass
    await finish_import(actor, FinishImport(run_id=run_id))
    clear(run_id)


def _shares(run_id: int, side: str, manifest: Manifest) -> list[Share]:
    return [Share(run_id=run_id, side=side, bucket=bucket) for bucket in range(manifest.buckets)]


def _can_be_judged(files: BookFiles, faults: Faults) -> bool:
    """Whether what hangs together can be held together."""
    if any(code.startswith(_UNREADABLE_FILE) for code in faults.counts):
        return False
    parents = {file.path.name for file in files.of("customers", "loans")}
    return not any(
        fault.code.startswith(_UNREADABLE_LINE) and fault.place.file in parents
        for fault in faults.kept
    )


async def mark(run_id: int, **columns: object) -> None:
    await ImportRun.filter(id=run_id).update(**columns)


async def _manifest(files: BookFiles, gathered: Gathered, faults: Faults) -> Manifest:
    today = await current_business_date()
    if files.book.as_of is not None and not await has_loans():
        today = files.book.as_of
    gathered.named.settle(files.book.branch, files.book.team)
    return Manifest(
        book=files.book,
        today=today,
        names=files.names,
        headings=gathered.headings,
        buckets=bucket_count(files),
        counts=gathered.counts,
        named=gathered.named,
        faults=faults.sorted(),
        fault_counts=dict(faults.counts),
    )


async def _report(run_id: int, *, was_there: bool = False) -> Report:
    run = await ImportRun.get(id=run_id)
    manifest = load_manifest(run_id)
    return Report(
        run_id=run_id,
        state=run.state,
        counts=run.counts,
        faults=manifest.faults if manifest else [],
        fault_total=run.error_count,
        was_there=was_there,
    )


def digest_of(files: BookFiles, mapping_path: Path | None) -> str:
    """Of what the files hold, what they are called, and what they are read by."""
    digest = hashlib.sha256()
    for path in dict.fromkeys([file.path for file in files.files]):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while part := file.read(READ_AT_ONCE):
                digest.update(part)
    if mapping_path is None and files.files:
        mapping_path = files.files[0].path.parent / BOOK_FILE
    if mapping_path is not None and mapping_path.is_file():
        digest.update(mapping_path.read_bytes())
    return digest.hexdigest()
