"""The mapping's text as values; what cannot be meant is refused, with the nearest word."""

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, get_args

import msgspec

from app.i18n import N_
from app.operation.book.amounts import Negative, RateUnit, Unit
from app.operation.book.errors import MappingInvalid

_LINE = re.compile(r"\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`")
_INVALID_WORD = re.compile(r"Invalid enum value '?(?P<given>[^']*)'?(?: - |$)")
_MISSING = re.compile(r"missing required field `(?P<key>\w+)`")
# The last name on the way, as in `$.where[...].above`.
_AT = re.compile(r"at `[^`]*?(?P<key>\w+)(?:\[[^\]]*\])*`")
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "unit": get_args(Unit),
        "rate_unit": get_args(RateUnit),
        "negative": get_args(Negative),
        "day": ("1 … 31", "last"),
    }
)
# The kinds of TOML, as a person calls them.
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "str": N_("text in quotes"),
        "int": N_("a whole number"),
        "float": N_("a number with decimals"),
        "bool": N_("“true” or “false”"),
        "array": N_("a list in brackets"),
        "object": N_("a table in braces"),
        "date": N_("a date"),
    }
)


def parsed(text: str) -> dict[str, Any]:
    """TOML's own dates become ISO text: whether quotes stand around a date makes no difference."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        lines = text.split("\n")
        found = _LINE.search(str(error))
        at_end = found is None or found["line"] is None
        raise MappingInvalid(
            problem=N_("It is no TOML; look at line {line}, column {column}."),
            where=N_("its syntax"),
            line=len(lines) if found is None or at_end else found["line"],
            column=len(lines[-1]) + 1 if found is None or at_end else found["column"],
        ) from None
    plain: dict[str, Any] = _without_dates(written)
    return plain


def converted(written: Any, kind: type[msgspec.Struct], where: str) -> Any:
    """`written` as a struct of ours, whose keys must be known."""
    if isinstance(written, dict):
        refuse_unknown(written, kind.__struct_fields__, where)
    try:
        return msgspec.convert(written, kind)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), where) from None


def refuse_unknown(written: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for name in written:
        if name in known:
            continue
        near = difflib.get_close_matches(name, list(known), 1)
        if near:
            problem = N_("{where} knows no “{found}”; did you mean “{near}”?")
        else:
            problem = N_("{where} knows no “{found}”; known are {known}.")
        raise MappingInvalid(
            problem=problem, where=where, found=name, near=(near or [""])[0], known=", ".join(known)
        )


def _refusal(said: str, where: str) -> MappingInvalid:
    at = _AT.search(said)
    key = at["key"] if at else ""
    if found := _EXPECTED.search(said):
        return MappingInvalid(
            problem=N_("{where}: “{key}” must be {wanted}, not {given}."),
            where=where,
            key=key,
            wanted=_kind(found["wanted"]),
            given=_kind(found["found"]),
        )
    if found := _INVALID_WORD.search(said):
        return MappingInvalid(
            problem=N_("{where}: “{key}” cannot be “{given}”; known are {known}."),
            where=where,
            key=key,
            given=found["given"],
            known=", ".join(_WORDS.get(key, ())),
        )
    if found := _MISSING.search(said):
        problem = N_("{where}: “{key}” is missing.")
        return MappingInvalid(problem=problem, where=where, key=found["key"])
    return MappingInvalid(problem=N_("{where}: “{key}” cannot be read."), where=where, key=key)


def _kind(of_toml: str) -> str:
    first = of_toml.partition(" | ")[0]
    return _KINDS.get(first, first)


def _without_dates(written: Any) -> Any:
    if isinstance(written, dict):
        return {name: _without_dates(part) for name, part in written.items()}
    if isinstance(written, list):
        return [_without_dates(part) for part in written]
    return written.isoformat() if isinstance(written, date) else written
