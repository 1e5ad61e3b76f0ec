"""An import is killed, with all its processes or without them, and started again; or twice at
once."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random

import pytest

from app import database as db
from app.operation.book import gather
from app.operation.generator.block import Wanted
from app.operation.generator.book import generate
from app.operation.models import ImportState
from tests.app.operation.book import books
from tests.chaos.accident import family
from tests.chaos.book_content import book_content
from tests.network import PATIENCE_SECONDS, until

pytestmark = pytest.mark.usefixtures("database", "redis")

WANTED = Wanted(loans=3_000, seed=5, as_of=date(2026, 3, 31), instalments=12)
# So small that the book is written in more than sixty batches, by two processes.
BUCKET_BYTES = 90_000
IMPORT = (
    f"from app.operation.book import gather; gather.BUCKET_BYTES = {BUCKET_BYTES};"
    "from app.command.main import main; main()"
)
# Batches that are in the book when the next kill comes, and whether it takes the helpers too.
KILLS = ((2, True), (14, False), (30, True))
PAUSE_SECONDS = 0.01
SOME_SECONDS = 0.05


async def test_a_killed_import_ends_as_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(WANTED, tmp_path / "book")
    monkeypatch.setattr(gather, "BUCKET_BYTES", BUCKET_BYTES)
    assert (await books.bring_in(tmp_path / "book")).state is ImportState.done
    undisturbed = await book_content()
    await db.rows("SELECT suite.clean()")

    chance = Random(WANTED.seed)
    for batches, with_helpers in KILLS:
        with importing(tmp_path / "book") as process:
            await until_written(batches)
            await asyncio.sleep(chance.uniform(0, SOME_SECONDS))
            kill(process, with_helpers=with_helpers)
        assert await db.value("SELECT state FROM import_run") == ImportState.writing
    assert said_by_import(tmp_path / "book").startswith("Brought in: ")
    assert await book_content() == undisturbed

    assert said_by_import(tmp_path / "book").startswith("Nothing new: ")
    assert await book_content() == undisturbed


async def test_two_who_bring_the_same_book_at_once_bring_it_once(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    alone = await book_content()
    await db.rows("SELECT suite.clean()")
    with importing(tmp_path / "book") as one, importing(tmp_path / "book") as other:
        said = sorted(process.communicate(timeout=PATIENCE_SECONDS)[0] for process in (one, other))
    assert [line.partition(b":")[0] for line in said] == [b"Brought in", b"Nothing new"]
    assert {**await book_content(), "import_batch": None} == {**alone, "import_batch": None}


def said_by_import(book: Path) -> str:
    with importing(book) as process:
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    return said.decode()


@contextmanager
def importing(book: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """As a process group of its own, so that all of it can be killed at once."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, "import", str(book)],
        env=os.environ | {"LANG": "C"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


async def until_written(batches: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while await db.value("SELECT count(*) FROM import_batch") < batches:
        assert time.monotonic() < end, "the import does not come on"
        await asyncio.sleep(PAUSE_SECONDS)


def kill(process: "subprocess.Popen[bytes]", *, with_helpers: bool) -> None:
    helpers = family(process.pid)[1:]
    assert len(helpers) >= 2, "it writes alone"
    if with_helpers:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    assert process.wait() == -signal.SIGKILL
    until(lambda: not any(map(is_running, helpers)), "its helpers went on without it")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
