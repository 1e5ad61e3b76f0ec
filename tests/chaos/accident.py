"""What happens to a server: killed with everything that belongs to it, or frozen for a while."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def family(pid: int) -> list[int]:
    """The process and its children, as the kernel knows them; PostgreSQL's have sessions of their
    own."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [pid, *map(int, children.split())]


def kill(server: "subprocess.Popen[bytes]") -> None:
    """The first process only: the others see it and go by themselves."""
    server.kill()
    server.wait()


@contextmanager
def frozen(server: "subprocess.Popen[bytes]") -> Iterator[None]:
    """The first process stops first, so that it makes no more children."""
    os.kill(server.pid, signal.SIGSTOP)
    stopped = family(server.pid)
    try:
        for pid in stopped[1:]:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
