"""Wide files: one row holds several payments or instalments, side by side."""

import re
from typing import Any

import msgspec

from app.i18n import N_
from app.operation.book.errors import MappingInvalid
from app.operation.book.mapping import Condition, Part, Source, TableSource, names_in

REPEATS_MAX = 600
_RANGE = re.compile(r"(\d{1,4})\.\.(\d{1,4})", re.ASCII)
_MARK = "{n}"
# The keys that name columns, or hold a constant.
_NAMING = (
    *("column", "value", "default", "sum", "minus"),
    *("first", "join", "days_from", "months_from"),
)


def repetitions(source: TableSource, names: list[str]) -> list[TableSource]:
    """The table's mapping once for each of the repeated columns, {n} filled in."""
    return [
        msgspec.structs.replace(
            source,
            columns={field: _filled(said, part) for field, said in (source.columns or {}).items()},
            where=[
                _filled(condition, part) for condition in source.where if is_repeated(condition)
            ],
        )
        for part in _parts(source.repeat, names)
    ]


def is_repeated(condition: Condition) -> bool:
    return any(_MARK in name for name in names_in(condition))


def _parts(repeat: str | list[str] | None, names: list[str]) -> list[str]:
    if isinstance(repeat, list):
        parts = repeat
    elif match := _RANGE.fullmatch(repeat or ""):
        # As wide as it is written: 01..12 gives 01, 02 …
        first, last, width = int(match[1]), int(match[2]), len(match[1])
        parts = [str(number).zfill(width) for number in range(first, last + 1)]
    else:
        parts = _starred(repeat or "", names)
    if len(parts) > REPEATS_MAX or (not parts and "*" not in (repeat or "")):
        raise MappingInvalid(
            problem=N_("{where} gives {count} columns; it can be 1 to {most}."),
            where="repeat",
            count=len(parts),
            most=REPEATS_MAX,
        )
    return parts


def _starred(pattern: str, names: list[str]) -> list[str]:
    """What the star stands for in each heading that fits, such as `paid_*`."""
    if pattern.count("*") != 1:
        raise MappingInvalid(
            problem=N_("{where} = “{found}” is no range such as 1..12 and no heading with one *."),
            where="repeat",
            found=pattern,
        )
    before, after = pattern.split("*")
    length = len(before) + len(after)
    return [
        name[len(before) : len(name) - len(after)]
        for name in names
        if len(name) >= length and name.startswith(before) and name.endswith(after)
    ]


def _filled(said: Any, part: str) -> Any:
    if isinstance(said, str):
        return said.replace(_MARK, part)
    if isinstance(said, list):
        return [_filled(one, part) for one in said]
    if isinstance(said, Source | Part | Condition):
        named = [name for name in _NAMING if hasattr(said, name)]
        changed = {name: _filled(getattr(said, name), part) for name in named}
        return msgspec.structs.replace(said, **changed)
    return said
