"""A book made, brought in and closed by one day, with the commands that an operator types.

    python -m bench.close [--loans 1000000] [--kills 10] [--book FOLDER]

Each step is a process of its own; its time and its own peak memory are printed, the engines' not
included. Then the same day is closed on a copy of the book by processes that are killed with
`kill -9` at random points: the tables must come out the same. And the same day once more, which
must change nothing. `--book` takes a book that was generated before."""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from app.engine.hold import hold_engines
from app.engine.place import Place

INSTALMENTS = 12
CLOSE_LIMIT_SECONDS = 30
MEMORY_LIMIT_MB = 1024
SEED = 11


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--book", type=Path)
    wanted = parser.parse_args()
    with _folder() as folder:
        book = wanted.book or _generated(folder / "book", wanted.loans)
        with hold_engines(folder / "home") as engines:
            return _measure(folder / "home", engines.database_url, book, wanted.kills)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="afterloan-close-"))
    os.environ["AFTERLOAN_HOME"] = str(folder / "home")
    try:
        yield folder
    finally:
        Place(folder / "home").remove()
        shutil.rmtree(folder, ignore_errors=True)


def _generated(out: Path, loans: int) -> Path:
    made = ["--loans", str(loans), "--instalments", str(INSTALMENTS), "--out", str(out)]
    _step("generate", *made)
    return out


def _measure(home: Path, url: str, book: Path, kills: int) -> int:
    # Settings are read once, so everything that reads them comes after the environment.
    from bench import close_copy

    _step("migrate")
    _step("import", str(book))
    asyncio.run(close_copy.settle(url))
    copy = asyncio.run(close_copy.copy_database(home))
    to_date = asyncio.run(close_copy.next_date(url))
    took, peak = _step("close", "--to", to_date)
    killed = _kill_and_finish(copy, to_date, took, kills)
    undisturbed, disturbed = (asyncio.run(close_copy.digests(each)) for each in (url, copy))
    differing = [table for table in undisturbed if undisturbed[table] != disturbed[table]]
    say(f"killed {killed} times: {', '.join(differing) or 'none'} of {len(undisturbed)} differ")
    changed = asyncio.run(close_copy.close_again(url))
    say(f"the same day again: {changed} rows changed")
    return int(bool(differing or changed) or took > CLOSE_LIMIT_SECONDS or peak > MEMORY_LIMIT_MB)


def _kill_and_finish(url: str, to_date: str, took: float, kills: int) -> int:
    """As often as it can be killed before it is through, then once to the end."""
    chance = Random(SEED)
    environment = os.environ | {"DATABASE_URL": url}
    # Nothing to do: how long a process takes before it begins.
    idle, _ = _step("close", "--to", "2000-01-01")
    for number in range(kills):
        process = subprocess.Popen(
            _command("close", "--to", to_date), env=environment, stdout=subprocess.DEVNULL
        )
        # Each time some way in, so that all of them fall into one close.
        time.sleep(idle + chance.uniform(0, 1) * max(0, took - idle) / kills)
        process.kill()
        if (ended := process.wait()) >= 0:
            assert ended == 0, "the close failed"
            return number
    subprocess.run(
        _command("close", "--to", to_date), env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return kills


def _step(command: str, *arguments: str) -> tuple[float, int]:
    """Seconds, and megabytes at the peak of the largest of its processes."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            _command(command, *arguments), stdout=said, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = said.read().strip().splitlines()
    took, peak = time.monotonic() - began, used.ru_maxrss // 1024
    if process.returncode:
        raise SystemExit("\n".join(lines))
    say(f"{command:9}{took:9.1f} s {peak:6} MB   {' · '.join(lines[-2:])}")
    return took, peak


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.command.main", *arguments]


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
