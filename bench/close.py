"""A book made, brought in and closed by one day, with the commands that an operator types.

    python -m bench.close [--loans 1000000]

Each step is a process of its own, in a state folder of its own; its time and its own peak memory
are printed, the engines' not included. Then the same day again, which must change nothing."""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INSTALMENTS = 12


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=1_000_000)
    loans = parser.parse_args().loans
    folder = Path(tempfile.mkdtemp(prefix="afterloan-bench-"))
    try:
        made = ["--loans", str(loans), "--instalments", str(INSTALMENTS), "--out"]
        _step(folder, "generate", *made, str(folder / "book"))
        _step(folder, "migrate")
        _step(folder, "import", str(folder / "book"))
        _step(folder, "close")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _step(folder: Path, command: str, *arguments: str) -> None:
    began = time.monotonic()
    environment = os.environ | {"AFTERLOAN_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "app.command.main", command, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    took = time.monotonic() - began
    said = done.stdout.strip().splitlines()
    print(f"{command:10} {took:8.1f} s   ≤ {peak:5} MB   {said[-1] if said else ''}", flush=True)  # noqa: T201
    if done.returncode:
        raise SystemExit(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
