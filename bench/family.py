"""How much memory a command and the processes that it starts need, one by one and together."""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Peak:
    """In megabytes. Pages that processes share are counted in each of them."""

    seconds: float
    largest: int
    together: int
    processes: int


def watched(command: Sequence[str]) -> Peak:
    """Runs it to its end; what it says goes on to the terminal when it fails."""
    began = time.monotonic()
    highest: dict[int, int] = {}
    together = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            found = {pid: _memory(pid) for pid in _family(process.pid)}
            together = max(together, sum(now for now, _ in found.values()))
            for pid, (_, peak) in found.items():
                highest[pid] = max(highest.get(pid, 0), peak)
            time.sleep(LOOK_EVERY_SECONDS)
        assert process.stdout is not None
        said = process.stdout.read().decode()
    if process.returncode:
        raise SystemExit(said)
    return Peak(
        seconds=time.monotonic() - began,
        largest=max(highest.values()) // 1024,
        together=together // 1024,
        processes=len(highest),
    )


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _memory(pid: int) -> tuple[int, int]:
    """Kilobytes now, and at its highest."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    said = dict(line.split(":", 1) for line in lines if ":" in line)
    return tuple(int(said.get(name, "0 kB").split()[0]) for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]
