"""How a lender's own export becomes the neutral format, in TOML. docs/book-format.md tells how."""

import difflib
import tomllib
from collections.abc import Mapping as ReadOnly
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.errors import Invalid
from app.i18n import N_
from app.operation.book.amounts import Negative, NumberForm, RateUnit, Unit
from app.operation.book.tables import TABLES

MAPPING_BYTES_MAX = 200_000
ENCODINGS = ("utf-8", "gb18030", "utf-16", "latin-1", "cp1252", "big5", "shift_jis")


class MappingInvalid(Invalid):
    code = "MAPPING_INVALID"
    text = N_("The mapping cannot be used: {problem}")
    mend = N_("Compare {where} with docs/book-format.md.")


class Format(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How values are written. What a column leaves open its table says, else the book."""

    dates: list[str] | None = None
    day: int | Literal["last"] | None = None
    decimal: str | None = None
    thousands: str | None = None
    unit: Unit | None = None
    rate_unit: RateUnit | None = None
    negative: Negative | None = None
    strip: list[str] | None = None
    round: bool | None = None
    # Texts that mean "nothing", besides the empty one.
    empty: list[str] | None = None


class Source(Format, kw_only=True):
    """Where a value comes from (one of column, value, sum, first, join) and what is done to it."""

    column: str | None = None
    value: str | int | None = None
    sum: list[str] | None = None
    minus: list[str] | None = None
    first: list[str] | None = None
    join: list[str] | None = None
    separator: str = ""
    # The nth part of a text split at `split`; -1 is the last.
    split: str | None = None
    part: int | None = None
    codes: dict[str, str] | None = None
    default: str | int | None = None
    negate: bool = False
    absolute: bool = False
    # The column counts days or months from a date: an ISO date, or another column's.
    days_from: str | None = None
    months_from: str | None = None


class Condition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A row is read only when all of its table's conditions hold."""

    column: str
    among: list[str] | None = None
    not_among: list[str] | None = None
    filled: bool | None = None
    above: int | None = None
    below: int | None = None


class TableSource(Format, kw_only=True):
    """One file (or several of one form) and what its columns mean."""

    file: str | list[str] = ""
    encoding: str | None = None
    delimiter: str | None = None
    # Headings of a file that has none.
    header: list[str] | None = None
    skip_lines: int = 0
    columns: dict[str, str | Source] | None = None
    # One row of the file becomes several: {n} in a column's name is each of these in turn.
    repeat: str | list[str] | None = None
    where: list[Condition] = []
    ignore: list[str] = []
    extra: bool | dict[str, str] = True

    @property
    def files(self) -> list[str]:
        return [self.file] if isinstance(self.file, str) else self.file


class BookFormat(Format, kw_only=True):
    name: str = ""
    currency: str = "CNY"
    # The last day the files know of; the business date of an empty system is set to it.
    as_of: date | None = None
    time_zone: str = "Asia/Shanghai"
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            problem = f"[book] time_zone: “{self.time_zone}” is no time zone"
            raise MappingInvalid(problem=problem, where="[book] time_zone") from None


class Mapping(msgspec.Struct, kw_only=True):
    book: BookFormat = msgspec.field(default_factory=BookFormat)
    tables: dict[str, list[TableSource]] = {}
    # False: every file is looked at, by its neutral name.
    tables_are_named: bool = False


def load_mapping(path: Path) -> Mapping:
    if path.stat().st_size > MAPPING_BYTES_MAX:
        raise MappingInvalid(problem="the file is larger than a mapping can be", where=path.name)
    try:
        return parse_mapping(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise MappingInvalid(problem="the file is not UTF-8", where=path.name) from None


def parse_mapping(text: str) -> Mapping:
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingInvalid(problem=f"it is no TOML: {error}", where="its syntax") from None
    _refuse_unknown(written, ("book", *TABLES), "the mapping")
    written = _without_dates(written)
    mapping = Mapping(book=_converted(written.get("book", {}), BookFormat, "[book]"))
    for name in TABLES:
        if name in written:
            mapping.tables[name] = _table_sources(name, written[name])
    if not mapping.tables:
        # Only words about the book: its files have neutral names.
        return Mapping(book=mapping.book, tables=neutral_mapping().tables)
    mapping.tables_are_named = True
    return mapping


def neutral_mapping() -> Mapping:
    """What a book is read with when nothing is said: files and columns by their neutral names."""
    return Mapping(tables={name: [TableSource(file=f"{name}*.csv*")] for name in TABLES})


def number_form(*formats: Format) -> NumberForm:
    strip = _said("strip", formats)
    return NumberForm(
        decimal=_said("decimal", formats) or ".",
        thousands=_said("thousands", formats) or "",
        unit=_said("unit", formats) or "major",
        negative=_said("negative", formats) or "minus",
        strip=tuple(strip or ()),
        round=bool(_said("round", formats)),
    )


def said(name: str, formats: tuple[Format, ...], default: Any = None) -> Any:
    found = _said(name, formats)
    return default if found is None else found


def _said(name: str, formats: tuple[Format, ...]) -> Any:
    """The first that says something, from the column outwards."""
    return next((v for f in formats if (v := getattr(f, name, None)) is not None), None)


def _without_dates(written: Any) -> Any:
    """TOML's own dates as ISO text: whether quotes stand around a date makes no difference."""
    if isinstance(written, dict):
        return {name: _without_dates(part) for name, part in written.items()}
    if isinstance(written, list):
        return [_without_dates(part) for part in written]
    return written.isoformat() if isinstance(written, date) else written


def _table_sources(name: str, written: Any) -> list[TableSource]:
    sources = []
    for part in written if isinstance(written, list) else [written]:
        where = f"[{name}]"
        source = _converted(part, TableSource, where)
        if not source.file:
            source.file = f"{name}*.csv*"
        _refuse_unknown(
            source.columns or {}, [field.name for field in TABLES[name].fields], f"[{name}.columns]"
        )
        for column, said_of_it in (source.columns or {}).items():
            if isinstance(said_of_it, Source):
                _refuse_unclear(said_of_it, f"[{name}.columns] {column}")
        sources.append(source)
    return sources


def _refuse_unclear(source: Source, where: str) -> None:
    origins = ("column", "value", "sum", "first", "join")
    named = [origin for origin in origins if getattr(source, origin) is not None]
    if len(named) != 1:
        problem = f"{where} must name one of {', '.join(origins)}; it names {len(named)}"
        raise MappingInvalid(problem=problem, where=where)
    if (source.split is None) != (source.part is None):
        raise MappingInvalid(problem=f"{where}: split and part go together", where=where)
    if source.minus and source.sum is None:
        raise MappingInvalid(problem=f"{where}: minus goes with sum", where=where)


def _converted(written: Any, kind: type[Any], where: str) -> Any:
    try:
        return msgspec.convert(written, kind)
    except msgspec.ValidationError as error:
        problem = f"{where}: {error}"
        raise MappingInvalid(problem=problem, where=where) from None


def _refuse_unknown(written: ReadOnly[str, Any], known: Any, where: str) -> None:
    for name in written:
        if name not in known:
            near = difflib.get_close_matches(name, list(known), 1)
            hint = f"; did you mean “{near[0]}”?" if near else f"; known are {', '.join(known)}"
            raise MappingInvalid(problem=f"{where} knows no “{name}”{hint}", where=where)
