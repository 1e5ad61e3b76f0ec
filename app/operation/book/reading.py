"""A mapped file as neutral rows; every fault told with its line and column."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.operation.book import texts
from app.operation.book.amounts import read_number
from app.operation.book.columns import Cells, Column, ColumnMissing, Scope, compile_column
from app.operation.book.condition import Keep, compile_condition
from app.operation.book.errors import MappingInvalid
from app.operation.book.fault import Faults, Place, ValueFault, masked
from app.operation.book.mapping import (
    BookFormat,
    Condition,
    Source,
    TableSource,
    number_form,
    said,
)
from app.operation.book.repeat import is_repeated, repetitions
from app.operation.book.rows import FaultyRow, Row
from app.operation.book.source import Record, SourceForm, records
from app.operation.book.tables import Table


class TableFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the book, what it is read as, and its number in the book's list."""

    number: int
    path: Path
    table: Table
    source: TableSource
    book: BookFormat

    @property
    def form(self) -> SourceForm:
        return SourceForm(
            encoding=self.source.encoding or self.book.encoding or "utf-8",
            delimiter=self.source.delimiter or self.book.delimiter or ",",
            skip_lines=self.source.skip_lines,
            skip_last_lines=self.source.skip_last_lines,
        )


def open_table(file: TableFile, faults: Faults) -> "TableReader | None":
    """None when the file cannot be read at all; `faults` has heard why."""
    lines = records(file.path, file.form, faults)
    header = _header(file, lines)
    if header is None:
        return None
    try:
        reader = TableReader(file, header, faults)
    except MappingInvalid as refusal:
        # What a star stands for is known only now.
        found, where = str(refusal.facts.get("found", "")), refusal.facts["where"]
        place = Place(file=file.path.name, line=header[0] or 1)
        faults.add("MAPPING_UNFIT", place, found, where=where)
        return None
    reader.lines = lines
    return reader if reader.is_usable else None


def read_rows(file: TableFile, faults: Faults) -> Iterator[Row]:
    """The rows that are right in themselves. `faults` hears of all others."""
    reader = open_table(file, faults)
    return iter(()) if reader is None else reader.rows()


def _header(file: TableFile, lines: Iterator[Record]) -> tuple[int, list[str]] | None:
    if file.source.header is not None:
        return 0, file.source.header
    first = next(lines, None)
    return None if first is None else (first[0], [cell.strip() for cell in first[1]])


class TableReader:
    """A file whose header is understood."""

    def __init__(self, file: TableFile, header: Record, faults: Faults) -> None:
        self.file, self.faults = file, faults
        self.line, self.names = header
        self.lines: Iterator[Record] = iter(())
        self.headings = self._headings()
        self.sources = self._repeated()
        self.passes = [self._columns(source) for source in self.sources]
        self.extra = self._extra_columns()
        where = [each for each in file.source.where if not is_repeated(each)]
        self.keep = [self._condition(condition) for condition in where]
        self.keeps = [self._own_conditions(source) for source in self.sources]
        self.is_usable = bool(self.passes) and None not in self.passes

    @property
    def places(self) -> dict[str, tuple[str, int]]:
        """Field → heading and position, for faults that are found later."""
        return {
            column.field.name: (column.heading, column.position)
            for columns in self.passes
            for column in columns or []
            if column.position
        }

    def rows(self) -> Iterator[Row]:
        width, keep = len(self.names), self.keep
        passes = [columns for columns in self.passes if columns is not None]
        steps = [[column.step for column in columns] for columns in passes]
        own = self._own_cells()
        make, number = self.file.table.row, self.file.number
        keeps_extra = self.file.table.keeps_extra
        for line, cells in self.lines:
            if len(cells) != width:
                fitted = self._fitted(line, cells, width)
                if fitted is None:
                    yield self._faulty(line, cells, passes[0])
                    continue
                cells = fitted
            try:
                if keep and not all(condition(cells) for condition in keep):
                    continue
                for each, mine, holds in zip(steps, own, self.keeps, strict=True):
                    # A repetition that is empty in this row is no row.
                    if mine and all(cells[index].strip() in empty for index, empty in mine):
                        continue
                    if holds and not all(condition(cells) for condition in holds):
                        continue
                    values = [step(cells) for step in each]
                    if keeps_extra:
                        values.append(self._extra(cells))
                    yield make(number, line, *values)
            except ValueFault:
                self._tell(line, cells, passes)
                yield self._faulty(line, cells, passes[0])

    def _fitted(self, line: int, cells: list[str], width: int) -> list[str] | None:
        """Cells beyond the header are harmless when they are empty; missing ones never are."""
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return cells[:width]
        position = min(len(cells), width) + (len(cells) > width)
        heading = self.names[position - 1] if 0 < position <= width else ""
        place = Place(file=self._name, line=line, column=heading, position=max(position, 1))
        self.faults.add("CELLS_COUNT", place, found=len(cells), expected=width)
        return None

    def _tell(self, line: int, cells: list[str], passes: Sequence[list[Column]]) -> None:
        """Once more, cell by cell: all that is wrong with the row, not the first only."""
        told: set[tuple[int, str]] = set()
        for columns in passes:
            for column in columns:
                try:
                    column.step(cells)
                except ValueFault as fault:
                    if (column.position, fault.code) not in told:
                        told.add((column.position, fault.code))
                        self._add(fault, line, cells, column)
        for index, (name, read) in self.extra.items():
            try:
                _ = cells[index].strip() and read(cells[index].strip())
            except ValueFault as fault:
                place = Place(file=self._name, line=line, column=name, position=index + 1)
                self.faults.add(fault.code, place, cells[index], **fault.facts)

    def _faulty(self, line: int, cells: list[str], columns: list[Column]) -> FaultyRow:
        keys: dict[str, str] = {}
        for column in columns:
            if column.field.name in ("loan_key", "customer_key"):
                with contextlib.suppress(ValueFault, IndexError):
                    keys[column.field.name] = column.step(cells)
        return FaultyRow(self.file.number, line, keys.get("loan_key"), keys.get("customer_key"))

    def _add(self, fault: ValueFault, line: int, cells: list[str], column: Column) -> None:
        value = cells[column.position - 1].strip() if column.position else ""
        place = Place(
            file=self._name,
            line=line,
            column=column.heading or column.field.name,
            position=max(column.position, 1),
        )
        shown = masked(value) if column.field.personal else value
        self.faults.add(fault.code, place, shown, **fault.facts)

    def _headings(self) -> dict[str, int]:
        """Doubled headings are told: which of the two is meant only the sender knows."""
        found: dict[str, int] = {}
        for index, name in enumerate(self.names):
            if not name:
                continue
            if name in found:
                place = Place(file=self._name, line=self.line or 1, column=name, position=index + 1)
                self.faults.add("COLUMN_DOUBLED", place, name, first=found[name] + 1)
            found.setdefault(name, index)
        return found

    def _repeated(self) -> list[TableSource]:
        source = self.file.source
        if source.repeat is None:
            return [source]
        found = repetitions(source, self.names)
        if not found:
            place = Place(file=self._name, line=self.line or 1, column=str(source.repeat))
            self.faults.add("COLUMN_MISSING", place, str(source.repeat), label="repeat")
        return found

    def _columns(self, source: TableSource) -> list[Column] | None:
        """One for each field, in the order of the row. None when a needed column is not there."""
        scope = Scope(
            table=self.file.table.name, book=self.file.book, source=source, headings=self.headings
        )
        said_of = self._said_of(source)
        currency = self.file.table.field("currency")
        if currency is not None and "currency" in said_of:
            scope.currency = self._column(currency, said_of["currency"], scope).step
        count = self.faults.total
        columns = [
            self._column(field, said_of.get(field.name), scope) for field in self.file.table.fields
        ]
        return columns if self.faults.total == count else None

    def _said_of(self, source: TableSource) -> dict[str, str | Source]:
        """Without a word in the mapping the neutral names count, in either language."""
        if source.columns is not None:
            return source.columns
        known = {name.casefold(): name for name in self.headings}
        found: dict[str, str | Source] = {}
        for field in self.file.table.fields:
            name = known.get(field.name.casefold()) or known.get(field.label.casefold())
            if name is not None:
                found[field.name] = name
        return found

    def _column(self, field: Any, said_of_it: str | Source | None, scope: Scope) -> Column:
        missing = field.name if said_of_it is None and field.required else None
        if said_of_it is not None:
            try:
                return compile_column(field, said_of_it, scope)
            except ColumnMissing as absent:
                missing = absent.name
        if missing is not None:
            place = Place(file=self._name, line=self.line or 1, column=missing)
            self.faults.add("COLUMN_MISSING", place, missing, label=field.label)
        default = Source(value=field.default) if field.default is not None else None
        if default is not None:
            return compile_column(field, default, scope)
        return Column(field=field, step=_nothing)

    def _own_cells(self) -> list[list[tuple[int, frozenset[str]]]]:
        """Of each repetition, the cells that no other repetition has, and what is nothing there."""
        used: list[dict[str, frozenset[str]]] = []
        for source in self.sources:
            found: dict[str, frozenset[str]] = {}
            for said_of_it in self._said_of(source).values():
                found |= dict.fromkeys(_names_in(said_of_it), self._empty(said_of_it))
            used.append(found)
        shared = set.intersection(*map(set, used)) if len(used) > 1 else set().union(*used)
        return [
            [
                (self.headings[name], empty)
                for name, empty in names.items()
                if name in self.headings and name not in shared
            ]
            for names in used
        ]

    def _empty(self, *own: str | Source) -> frozenset[str]:
        formats = [each for each in own if isinstance(each, Source)]
        return frozenset({"", *said("empty", (*formats, self.file.source, self.file.book), [])})

    def _extra_columns(self) -> dict[int, tuple[str, Callable[[str], Any]]]:
        """Columns that no mapping names: kept, with their type."""
        source, table = self.file.source, self.file.table
        if not table.keeps_extra or source.extra is False:
            return {}
        declared = source.extra if isinstance(source.extra, dict) else {}
        used = self._used_names()
        return {
            index: (name, self._extra_reader(declared.get(name), name))
            for name, index in self.headings.items()
            if name not in used and name not in source.ignore
        }

    def _used_names(self) -> set[str]:
        used: set[str] = set()
        for source in self.sources:
            for said_of_it in self._said_of(source).values():
                used |= _names_in(said_of_it)
        return used

    def _extra_reader(self, kind: str | None, name: str) -> Callable[[str], Any]:
        form = number_form(self.file.source, self.file.book)
        readers: dict[str | None, Callable[[str], Any]] = {
            None: texts.read_typed,
            "text": texts.read_text,
            "integer": lambda text: int(read_number(text, form)),
            "number": lambda text: read_number(text, form),
        }
        return readers[kind]

    def _extra(self, cells: Cells) -> dict[str, Any]:
        return {
            name: read(text)
            for index, (name, read) in self.extra.items()
            if (text := cells[index].strip())
        }

    def _own_conditions(self, source: TableSource) -> list[Keep]:
        """Those that speak of one repetition."""
        if self.file.source.repeat is None:
            return []
        return [self._condition(condition) for condition in source.where]

    def _condition(self, condition: Condition) -> Keep:
        formats = (self.file.source, self.file.book)
        return compile_condition(condition, formats, self._place_of)

    def _place_of(self, heading: str) -> int:
        index = self.headings.get(heading.strip())
        if index is None:
            place = Place(file=self._name, line=self.line or 1, column=heading)
            self.faults.add("COLUMN_MISSING", place, heading, label="where")
        return index or 0

    @property
    def _name(self) -> str:
        return self.file.path.name


def _nothing(cells: Cells) -> None:
    return None


def _names_in(said_of_it: str | Source) -> set[str]:
    if isinstance(said_of_it, str):
        return {said_of_it.strip()}
    bases = (said_of_it.days_from, said_of_it.months_from)
    return {name.strip() for name in (*said_of_it.names, *bases) if name is not None}
