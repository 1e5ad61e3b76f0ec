"""A process of ours that another one keeps: started, watched and stopped like an engine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from app.command.leash import Leash

STOP_SECONDS_MAX = 10


class Child:
    """Says what it has to say into a file; the terminal is for what a person asked for."""

    def __init__(self, name: str, *arguments: str, log: Path, leash: Leash) -> None:
        self.name = name
        self.log = log
        self._command = [sys.executable, "-m", "app.command.main", *arguments]
        self._leash = leash
        self._process: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as sink:
            self._process = subprocess.Popen(
                self._command,
                env=os.environ | self._leash.environment,
                pass_fds=[self._leash.reading],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                # A Ctrl-C at the terminal is for the parent, which ends its children in order.
                start_new_session=True,
            )

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
