"""How a lender's own export becomes the neutral format, in TOML. docs/book-format.md tells how."""

from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.i18n import N_
from app.operation.book.amounts import Negative, NumberForm, RateUnit, Unit
from app.operation.book.errors import MappingInvalid
from app.operation.book.tables import TABLES
from app.operation.book.toml import converted, parsed, refuse_unknown

MAPPING_BYTES_MAX = 200_000
# What the other columns of a file may be declared to be.
EXTRA_KINDS = ("text", "integer", "number")
ORIGINS = ("column", "value", "sum", "first", "join")


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


class Part(Format, kw_only=True):
    """One of several columns, written in its own way."""

    column: str


class Source(Format, kw_only=True):
    """Where a value comes from (one of column, value, sum, first, join) and what is done to it."""

    column: str | None = None
    value: str | int | None = None
    sum: list[str | Part] | None = None
    minus: list[str | Part] | None = None
    first: list[str | Part] | None = None
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

    @property
    def names(self) -> list[str]:
        """The columns that the value is made of, the first one first."""
        lists = (self.sum, self.minus, self.first, self.join)
        made_of = [name_of(part) for parts in lists for part in parts or []]
        return made_of if self.column is None else [self.column, *made_of]


class Condition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A row is read only when all of its table's conditions hold. Of a column or a sum."""

    column: str | None = None
    sum: list[str | Part] | None = None
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
    # Sums and remarks below the rows.
    skip_last_lines: int = 0
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
    # Of borrowers of whom a row names neither.
    branch: str = ""
    team: str = ""
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise MappingInvalid(
                problem=N_("“{found}” is no time zone."),
                where="[book] time_zone",
                found=self.time_zone,
            ) from None


class Mapping(msgspec.Struct, kw_only=True):
    book: BookFormat = msgspec.field(default_factory=BookFormat)
    tables: dict[str, list[TableSource]] = {}
    # False: every file is looked at, by its neutral name.
    tables_are_named: bool = False


def load_mapping(path: Path) -> Mapping:
    if path.stat().st_size > MAPPING_BYTES_MAX:
        raise MappingInvalid(
            problem=N_("The file is larger than a mapping can be."), where=path.name
        )
    try:
        return parse_mapping(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise MappingInvalid(problem=N_("The file is not UTF-8."), where=path.name) from None


def parse_mapping(text: str) -> Mapping:
    written = parsed(text)
    refuse_unknown(written, ("book", *TABLES), "[…]")
    mapping = Mapping(book=converted(written.get("book", {}), BookFormat, "[book]"))
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


def name_of(part: str | Part) -> str:
    return part if isinstance(part, str) else part.column


def names_in(condition: Condition) -> list[str]:
    return [condition.column or "", *map(name_of, condition.sum or [])]


def _said(name: str, formats: tuple[Format, ...]) -> Any:
    """The first that says something, from the column outwards."""
    return next((v for f in formats if (v := getattr(f, name, None)) is not None), None)


def _table_sources(name: str, written: Any) -> list[TableSource]:
    sources = []
    fields = [field.name for field in TABLES[name].fields]
    for part in written if isinstance(written, list) else [written]:
        _refuse_unknown_inside(part, name)
        source: TableSource = converted(part, TableSource, f"[{name}]")
        if not source.file:
            source.file = f"{name}*.csv*"
        refuse_unknown(source.columns or {}, fields, f"[{name}.columns]")
        for condition in source.where:
            _refuse_unclear_condition(condition, f"[{name}] where")
        for column, said_of_it in (source.columns or {}).items():
            if isinstance(said_of_it, Source):
                _refuse_unclear(said_of_it, f"[{name}.columns] {column}")
        sources.append(source)
    return sources


def _refuse_unknown_inside(written: Any, name: str) -> None:
    """Column by column, so that a refusal names the column."""
    columns = written.get("columns") if isinstance(written, dict) else None
    for column, said_of_it in (columns if isinstance(columns, dict) else {}).items():
        if isinstance(said_of_it, dict):
            where = f"[{name}.columns] {column}"
            for key in ("sum", "minus", "first"):
                parts = said_of_it.get(key)
                for part in parts if isinstance(parts, list) else []:
                    if isinstance(part, dict):
                        converted(part, Part, where)
            converted(said_of_it, Source, where)


def _refuse_unclear_condition(condition: Condition, where: str) -> None:
    named = [origin for origin in ("column", "sum") if getattr(condition, origin) is not None]
    tests = (condition.among, condition.not_among, condition.filled)
    if len(named) != 1:
        raise MappingInvalid(
            problem=N_("{where} must name exactly one of {known}; it names {count}."),
            where=where,
            known="column, sum",
            count=len(named),
        )
    if condition.sum is not None and any(test is not None for test in tests):
        problem = N_("{where}: a sum can be tested by “above” and “below” only.")
        raise MappingInvalid(problem=problem, where=where)


def _refuse_unclear(source: Source, where: str) -> None:
    named = [origin for origin in ORIGINS if getattr(source, origin) is not None]
    if len(named) != 1:
        raise MappingInvalid(
            problem=N_("{where} must name exactly one of {known}; it names {count}."),
            where=where,
            known=", ".join(ORIGINS),
            count=len(named),
        )
    if (source.split is None) != (source.part is None):
        raise MappingInvalid(problem=N_("{where}: “split” and “part” go together."), where=where)
    if source.split == "":
        raise MappingInvalid(problem=N_("{where}: “split” cannot be empty."), where=where)
    if source.minus and source.sum is None:
        raise MappingInvalid(problem=N_("{where}: “minus” goes with “sum”."), where=where)
