"""A server behind a Unix socket: whether it answers, which process it is, how it ends.

The socket is asked, never a process number alone: where the first process of a machine does not
reap, a dead server looks alive to `kill(pid, 0)` for ever."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.engine.errors import EngineFailed

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
_PAUSE_SECONDS = 0.01
_TAIL_LINES = 15
# SOL_SOCKET and SO_PEERCRED of Linux; the constant is missing elsewhere.
_PEER_CREDENTIALS = (1, 17)


def answers(path: Path) -> bool:
    """Whether somebody listens there, be he ever so busy."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(2)
        try:
            caller.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return path.exists()
        return True


def server_pid(path: Path) -> int | None:
    """The process that listens there, as the kernel knows it."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(2)
        with contextlib.suppress(OSError):
            caller.connect(str(path))
            level, option = (0, 2) if sys.platform == "darwin" else _PEER_CREDENTIALS
            pid: int = struct.unpack_from("i", caller.getsockopt(level, option, 12))[0]
            return pid
    return None


def wait_until_ready(
    ready: Callable[[], bool], alive: Callable[[], bool], *, engine: str, log: Path
) -> None:
    """What has died is not waited for, be it ours or adopted: whoever tends it begins anew."""
    until = time.monotonic() + START_SECONDS_MAX
    while not ready():
        if not alive() or time.monotonic() > until:
            raise EngineFailed(engine=engine, log=log, tail=tail(log))
        time.sleep(_PAUSE_SECONDS)


def stop(path: Path, process: "subprocess.Popen[bytes] | None", asked_by: signal.Signals) -> None:
    """Waits until it has gone; kills it when it does not go."""
    pid = process.pid if process else server_pid(path)
    if pid is None:
        return
    for number, seconds in ((asked_by, STOP_SECONDS_MAX), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if process.poll() is not None if process else not (answers(path) or lives(pid)):
                return
            time.sleep(_PAUSE_SECONDS)


def is_zombie(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def tail(log: Path) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
    return ""


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not is_zombie(pid)
