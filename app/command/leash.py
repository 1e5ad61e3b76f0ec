"""A child that ends when its parent does, even when the parent was killed.

The parent holds the writing end of a pipe and never writes; the kernel closes it with the parent,
and the child that reads it is told."""

import os
import signal
import threading

_FD = "AFTERLOAN_LEASH"


class Leash:
    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()

    @property
    def environment(self) -> dict[str, str]:
        return {_FD: str(self.reading)}


def end_with_parent() -> None:
    """Does nothing in a process that nobody holds."""
    if fd := os.environ.pop(_FD, ""):
        threading.Thread(target=_wait, args=(int(fd),), daemon=True).start()


def _wait(fd: int) -> None:
    os.read(fd, 1)
    os.kill(os.getpid(), signal.SIGTERM)
