"""Every statement that the suite sends to its database, once each.

The shapes that a distributed engine would refuse (`tests/test_scale.py`) are sought here."""

import re
from pathlib import Path

from app.database import listen_to_statements
from tests.run import run_folder, worker_name

_seen: set[str] = set()
_since_last_asked: list[str] = []
_SPACE = re.compile(r"\s+")
# A statement over many rows differs only in how many placeholders it has.
_LIST = re.compile(
    r"(\(\s*\$\d+(?:::\w+)?(?:\s*,\s*\$\d+(?:::\w+)?)*\s*\))(\s*,\s*\(\s*\$\d+[^()]*\))+"
)


def record_statements() -> None:
    listen_to_statements(_record)


def newly_sent() -> list[str]:
    """Those that nobody had sent before the last call."""
    new, _since_last_asked[:] = list(_since_last_asked), []
    return new


def all_sent() -> list[str]:
    """Those of all processes of this run that have written theirs down."""
    lines = [path.read_text().split("\0") for path in _folder().glob("*.statements")]
    return sorted({statement for line in lines for statement in line if statement})


def write_down() -> None:
    (_folder() / f"{worker_name()}.statements").write_text("\0".join(sorted(_seen)))


def _record(statement: str) -> None:
    shape = _LIST.sub(r"\1", _SPACE.sub(" ", statement).strip())
    if shape not in _seen:
        _seen.add(shape)
        _since_last_asked.append(shape)


def _folder() -> Path:
    return run_folder()
