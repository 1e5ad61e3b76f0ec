"""Wide files: one row holds several payments or instalments, side by side."""

import fnmatch
import re
from typing import Any

import msgspec

from app.operation.book.mapping import MappingInvalid, Source, TableSource

REPEATS_MAX = 600
_RANGE = re.compile(r"(\d{1,4})\.\.(\d{1,4})", re.ASCII)
_MARK = "{n}"


def repetitions(source: TableSource, names: list[str]) -> list[TableSource]:
    """The table's mapping once for each of the repeated columns, {n} filled in."""
    return [
        msgspec.structs.replace(
            source,
            columns={field: _filled(said, part) for field, said in (source.columns or {}).items()},
        )
        for part in _parts(source.repeat, names)
    ]


def _parts(repeat: str | list[str] | None, names: list[str]) -> list[str]:
    if isinstance(repeat, list):
        parts = repeat
    elif match := _RANGE.fullmatch(repeat or ""):
        # As wide as it is written: 01..12 gives 01, 02 …
        first, last, width = int(match[1]), int(match[2]), len(match[1])
        parts = [str(number).zfill(width) for number in range(first, last + 1)]
    else:
        parts = _starred(repeat or "", names)
    if not 0 < len(parts) <= REPEATS_MAX:
        problem = f"repeat gives {len(parts)} columns; it can be 1 to {REPEATS_MAX}"
        raise MappingInvalid(problem=problem, where="repeat")
    return parts


def _starred(pattern: str, names: list[str]) -> list[str]:
    """What the star stands for in each heading that fits, such as `paid_*`."""
    if pattern.count("*") != 1:
        problem = f"repeat = “{pattern}” is no range such as 1..12 and no heading with one *"
        raise MappingInvalid(problem=problem, where="repeat")
    before, after = pattern.split("*")
    fitting = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
    return [name[len(before) : len(name) - len(after)] for name in fitting]


def _filled(said: Any, part: str) -> Any:
    if isinstance(said, str):
        return said.replace(_MARK, part)
    if isinstance(said, list):
        return [_filled(one, part) for one in said]
    if isinstance(said, Source):
        changed = {
            name: _filled(getattr(said, name), part)
            for name in ("column", "value", "sum", "minus", "first", "join")
        }
        return msgspec.structs.replace(said, **changed)
    return said
