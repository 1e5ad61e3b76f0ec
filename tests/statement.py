"""Every statement that the suite sends to its database, once each.

The shapes that a distributed engine would refuse (`tests/test_scale.py`) are sought here."""

import importlib
import re
from collections.abc import Iterable
from pathlib import Path

from tortoise.models import Model

from app.database import MODEL_MODULES, listen_to_statements
from app.place import Place
from tests.run import run_folder, worker_name
from tests.shape import faults

# What the ORM writes for its own book-keeping, and the suite for its own cleaning.
NOT_JUDGED = ("tortoise_migrations", "suite.", "pg_catalog", "information_schema", "LISTEN")

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


def misshapen(statements: Iterable[str]) -> dict[str, list[str]]:
    """What an engine that spreads borrowers over machines would refuse of these, and why."""
    judged = (
        (sql, faults(sql, PLACES))
        for sql in statements
        if not any(word in sql for word in NOT_JUDGED)
    )
    return {sql: said for sql, said in judged if said}


def _places() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for name in MODEL_MODULES:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, type) and issubclass(value, Model) and value is not Model:
                found[str(value._meta.db_table)] = value.place  # type: ignore[attr-defined]
    assert len(found) > 30, "the models were not found"
    return found


def write_down() -> None:
    (_folder() / f"{worker_name()}.statements").write_text("\0".join(sorted(_seen)))


def _record(statement: str) -> None:
    shape = _LIST.sub(r"\1", _SPACE.sub(" ", statement).strip())
    if shape not in _seen:
        _seen.add(shape)
        _since_last_asked.append(shape)


def _folder() -> Path:
    return run_folder()


PLACES = _places()
