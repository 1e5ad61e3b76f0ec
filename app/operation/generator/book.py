"""Writes a whole book: blocks in order, in parts of bounded size, by several processes."""

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from app.operation.generator.block import BLOCK_LOANS, HEADERS, Block, Wanted
from app.operation.generator.calendar import Calendar

LOANS_MIN, LOANS_MAX = 1, 1_000_000
INSTALMENTS_MAX = 36
# A part is a file that an editor still opens, and a piece of work for one process.
PART_LOANS = 50_000
BOOK_FILE = "book.toml"

_BOOK = """# A synthetic book: nobody in it exists.
[book]
name = "Synthetic portfolio, seed {seed}, {loans} loans"
currency = "CNY"
time_zone = "Asia/Shanghai"
as_of = {as_of}
"""


def generate(wanted: Wanted, folder: Path, *, processes: int | None = None) -> list[Path]:
    """The files written. An older book in the folder is replaced."""
    assert LOANS_MIN <= wanted.loans <= LOANS_MAX
    assert wanted.instalments is None or 1 <= wanted.instalments <= INSTALMENTS_MAX
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    parts = range(-(-wanted.loans // PART_LOANS))
    count = min(processes or os.cpu_count() or 1, len(parts))
    if count == 1:
        written = [path for part in parts for path in write_part(wanted, folder, part)]
    else:
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(write_part, wanted, folder, part) for part in parts]
            written = [path for job in jobs for path in job.result()]
    book = folder / BOOK_FILE
    book.write_text(
        _BOOK.format(seed=wanted.seed, loans=wanted.loans, as_of=wanted.as_of), encoding="utf-8"
    )
    return [*written, book]


def write_part(wanted: Wanted, folder: Path, part: int) -> list[Path]:
    """Written beside and put in place whole, so that a killed run leaves no half file."""
    calendar = Calendar(wanted.as_of)
    blocks = range(part * PART_LOANS // BLOCK_LOANS, _blocks_before(wanted, part + 1))
    suffix = f"-{part + 1:03d}" if wanted.loans > PART_LOANS else ""
    paths = {table: folder / f"{table}{suffix}.csv" for table in HEADERS}
    with ExitStack() as stack:
        files = {
            table: stack.enter_context(path.with_suffix(".part").open("w", encoding="utf-8"))
            for table, path in paths.items()
        }
        for table, file in files.items():
            file.write(HEADERS[table] + "\n")
        for number in blocks:
            for table, lines in Block(wanted, number, calendar).lines().items():
                files[table].writelines(lines)
    for path in paths.values():
        path.with_suffix(".part").rename(path)
    return list(paths.values())


def default_as_of(today: date) -> date:
    """The last full day: today is still going on."""
    return date.fromordinal(today.toordinal() - 1)


def _blocks_before(wanted: Wanted, part: int) -> int:
    loans = min(part * PART_LOANS, wanted.loans)
    return -(-loans // BLOCK_LOANS)


def _clear(folder: Path) -> None:
    """Only what a book consists of: the folder may be somebody's own."""
    for table in HEADERS:
        for old in [folder / f"{table}.csv", *folder.glob(f"{table}-[0-9][0-9][0-9].csv")]:
            old.unlink(missing_ok=True)
    (folder / BOOK_FILE).unlink(missing_ok=True)
