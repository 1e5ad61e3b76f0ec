"""Runs `afterloan` as its users do: as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 60
# Whoever runs the tests may have a language of their own.
ENGLISH = {"LANG": "C", "LC_ALL": "", "LC_MESSAGES": ""}
COMMAND = [sys.executable, "-m", "app.command.main"]


def afterloan(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments],
        env=os.environ | ENGLISH | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextmanager
def started(log: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Goes on beside the test and is ended with it. What it says is in `log`."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=os.environ | ENGLISH | environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
