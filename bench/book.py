"""A book with a million payments, brought in by the operator's own command: time and memory.

    python -m bench.book [--payments 1000000]

The engines are held here, so that the command's own processes are all that is measured: the largest
of them must stay below its limit, and what they need together is told beside it."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from app.engine.hold import hold_engines
from app.engine.place import Place
from bench.book_files import write_files
from bench.family import watched

MEMORY_LIMIT_MB = 400


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=1_000_000)
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="afterloan-book-"))
    home = folder / "home"
    os.environ["AFTERLOAN_HOME"] = str(home)
    try:
        rows = write_files(folder / "book", wanted.payments)
        with hold_engines(home):
            return _measure(folder / "book", rows)
    finally:
        Place(home).remove()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(book: Path, rows: int) -> int:
    peak = watched([sys.executable, "-m", "app.command.main", "import", str(book)])
    say(f"{rows:,} rows in {peak.seconds:.1f} s, {rows / peak.seconds:,.0f} a second")
    say(
        f"{peak.largest} MB in the largest of {peak.processes} processes (at most"
        f" {MEMORY_LIMIT_MB}), {peak.together} MB in all of them at once"
    )
    return int(peak.largest > MEMORY_LIMIT_MB)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
