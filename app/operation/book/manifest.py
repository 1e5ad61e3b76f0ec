"""What the check leaves on disk for the writing: spooled rows, and what it takes to read them."""

import asyncio
import fcntl
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import get_args

import msgspec

from app.operation.book.fault import Fault, Faults
from app.operation.book.gather import Heading
from app.operation.book.judge import Judge
from app.operation.book.mapping import BookFormat
from app.operation.book.places import Named
from app.operation.book.rows import AnyRow
from app.settings import settings

_NAME = "manifest"
# What was spooled by another version of this program is read from the files again.
_FORM = ";".join(f"{row.__name__}:{','.join(row.__struct_fields__)}" for row in get_args(AnyRow))


class Manifest(msgspec.Struct, kw_only=True):
    book: BookFormat
    today: date
    names: list[str]
    headings: dict[int, dict[str, Heading]]
    buckets: int
    counts: dict[str, int]
    named: Named
    faults: list[Fault] = []
    fault_counts: dict[str, int] = {}
    form: str = _FORM

    def judge(self) -> Judge:
        """One for each bucket: it hears of that bucket's faults only."""
        return Judge(
            book=self.book,
            today=self.today,
            names=self.names,
            headings=self.headings,
            faults=Faults(),
        )


def run_folder(run_id: int) -> Path:
    return settings().home / "import" / str(run_id)


@asynccontextmanager
async def alone_with(run_id: int) -> AsyncIterator[None]:
    """Of several processes that are given the same files, one is at work on them at a time; what it
    left is found by the next."""
    folder = run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = folder / "lock"
    with lock.open("a") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if folder.is_dir() and list(folder.iterdir()) == [lock]:
                clear(run_id)


def make_upload_folder() -> Path:
    """For our eyes only; the files lie there until a worker has read them."""
    imports = settings().home / "import"
    imports.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(mkdtemp(prefix="upload-", dir=imports))


def spool_folder(run_id: int) -> Path:
    return run_folder(run_id) / "spool"


def make_spool(run_id: int) -> Path:
    """Empty, and for our eyes only: the rows lie there in clear until they are written."""
    folder = run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / _NAME).unlink(missing_ok=True)
    shutil.rmtree(spool_folder(run_id), ignore_errors=True)
    spool_folder(run_id).mkdir(mode=0o700)
    return spool_folder(run_id)


def clear(run_id: int) -> None:
    """What came in is in the book or was refused: nothing of it stays on disk."""
    shutil.rmtree(run_folder(run_id), ignore_errors=True)


def save_manifest(run_id: int, manifest: Manifest) -> None:
    """At once: a half-written manifest is none."""
    folder = run_folder(run_id)
    unfinished = folder / f"{_NAME}.part"
    unfinished.write_bytes(msgspec.msgpack.encode(manifest))
    unfinished.rename(folder / _NAME)


def load_manifest(run_id: int) -> Manifest | None:
    path = run_folder(run_id) / _NAME
    if not path.is_file():
        return None
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=Manifest)
    except msgspec.ValidationError:
        return None
    return found if found.form == _FORM else None
