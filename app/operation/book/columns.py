"""From a row's cells to a field's value: each field of a table becomes one small function."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.errors import AfterloanError
from app.i18n import N_
from app.money import exponent
from app.operation.book import amounts, dates, texts
from app.operation.book.errors import MappingInvalid
from app.operation.book.fault import ValueFault
from app.operation.book.mapping import (
    BookFormat,
    Format,
    Part,
    Source,
    TableSource,
    name_of,
    number_form,
    said,
)
from app.operation.book.tables import Field, FieldKind

Cells = Sequence[str]
Step = Callable[[Cells], Any]
Read = Callable[[str], Any]


class ColumnMissing(Exception):
    """The mapping names a column that the file has not."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A field with the way to its value, and the column to name when that fails."""

    field: Field
    step: Step
    # From 1; 0 when the value comes from no column.
    position: int = 0
    heading: str = ""


class Scope(msgspec.Struct, kw_only=True):
    """The file at hand: its table's mapping and where its headings stand (from 0)."""

    table: str
    book: BookFormat
    source: TableSource
    headings: dict[str, int]
    # The currency of a row, once its column is known.
    currency: Step | None = None

    def index(self, name: str) -> int:
        found = self.headings.get(name.strip())
        if found is None:
            raise ColumnMissing(name)
        return found


def compile_column(field: Field, said_of_it: str | Source, scope: Scope) -> Column:
    """Raises `ColumnMissing`, or `MappingInvalid` for what the mapping cannot mean."""
    source = Source(column=said_of_it) if isinstance(said_of_it, str) else said_of_it
    first = next(iter(source.names), None)
    index = scope.index(first) if first is not None else -1
    step = _Making(field, source, scope).completed()
    return Column(field=field, step=step, position=index + 1, heading=first or "")


class _Making:
    """One field's function in the making. An empty cell is None until `completed` fills it."""

    def __init__(
        self, field: Field, source: Source, scope: Scope, part: str | Part | None = None
    ) -> None:
        self.field, self.source, self.scope = field, source, scope
        # A part of several may be written in its own way.
        own = (part,) if isinstance(part, Part) else ()
        self.formats: tuple[Format, ...] = (*own, source, scope.source, scope.book)
        self.empty = frozenset({"", *said("empty", self.formats, [])})

    @cached_property
    def number_form(self) -> amounts.NumberForm:
        return number_form(*self.formats)

    def completed(self) -> Step:
        step, default = self.step(), self.source.default
        if default is None:
            default = self.field.default
        if default is not None:
            return partial(_filled, step, self.constant(str(default)))
        return partial(_demanded, step) if self.field.required else step

    def step(self) -> Step:
        source = self.source
        if source.sum is not None:
            return self.sum()
        if source.join is not None:
            indexes = [self.scope.index(name) for name in source.join]
            return partial(_joined, indexes, source.separator, self.reader())
        if source.days_from is not None or source.months_from is not None:
            return self.counted_date()
        if source.value is not None:
            return self.constant(source.value)
        steps = [self.within(part).cell(name_of(part)) for part in self.choices()]
        return steps[0] if len(steps) == 1 else partial(_first, steps)

    def choices(self) -> list[str | Part]:
        return self.source.first or [self.source.column or ""]

    def within(self, part: str | Part) -> "_Making":
        return _Making(self.field, self.source, self.scope, part)

    def cell(self, name: str) -> Step:
        index, empty = self.scope.index(name), self.empty
        if self.field.kind is FieldKind.amount:
            return self.signed(self.amount(index))
        read, split, part = self.reader(), self.source.split, self.source.part

        def cell(cells: Cells) -> Any:
            text = cells[index].strip()
            return None if text in empty else read(text)

        if split is None or part is None:
            return cell
        return partial(_part_of, index, (split, part), empty, read)

    def amount(self, index: int) -> Step:
        form, empty, read = self.number_form, self.empty, amounts.read_amount
        currency, book_currency = self.scope.currency, self.scope.book.currency

        def amount(cells: Cells) -> int | None:
            text = cells[index].strip()
            if text in empty:
                return None
            return read(text, (currency and currency(cells)) or book_currency, form)

        return amount

    def signed(self, amount: Step) -> Step:
        if self.source.absolute:
            return partial(_changed, amount, abs)
        return partial(_changed, amount, int.__neg__) if self.source.negate else amount

    def sum(self) -> Step:
        if self.field.kind is not FieldKind.amount:
            raise self.refused(N_("{where}: only amounts are added up."))
        parts, less = (
            [self.within(part).amount(self.scope.index(name_of(part))) for part in those or []]
            for those in (self.source.sum, self.source.minus)
        )
        return self.signed(partial(_total, parts, less))

    def constant(self, value: str | int) -> Step:
        """Read once, when the mapping is: a constant that cannot be read is the mapping's fault."""
        text = str(value)
        if self.field.kind is FieldKind.amount:
            return partial(self._constant_amount, text)
        try:
            is_date = self.field.kind is FieldKind.date
            made = self.constant_date(text) if is_date else self.reader()(text)
        except ValueFault as fault:
            problem = N_("{where}: the constant “{found}” cannot be read ({code}).")
            raise self.refused(problem, found=text, code=fault.code) from None
        return partial(_same, made)

    def constant_date(self, text: str) -> date:
        """ISO, or as the file has it: {n} may stand for a part of a heading."""
        try:
            return _iso_date(text)
        except ValueFault:
            return self.date_reader()(text)

    def _constant_amount(self, text: str, cells: Cells) -> int:
        currency = self.scope.currency and self.scope.currency(cells)
        return amounts.read_amount(text, currency or self.scope.book.currency, self.number_form)

    def counted_date(self) -> Step:
        """A date written as so many days or months from another one."""
        by_months = self.source.months_from is not None
        base = self.source.months_from if by_months else self.source.days_from
        if self.field.kind is not FieldKind.date:
            raise self.refused(N_("{where}: only dates are counted in days or months."))
        origin: Step
        try:
            origin = partial(_same, _iso_date(str(base)))
        except ValueFault:
            origin = partial(_read_at, self.scope.index(str(base)), self.empty, self.date_reader())
        sign, counts = -1 if self.source.negate else 1, self.counts()
        moved: Callable[[date, int], date] = dates.add_months if by_months else dates.add_days

        def counted(cells: Cells) -> date | None:
            number, start = counts(cells), origin(cells)
            return None if number is None or start is None else moved(start, sign * number)

        return counted

    def counts(self) -> Step:
        read = partial(amounts.read_count, form=self.number_form)
        if self.source.value is not None:
            try:
                return partial(_same, read(str(self.source.value)))
            except ValueFault as fault:
                problem = N_("{where}: the constant “{found}” cannot be read ({code}).")
                found = self.source.value
                raise self.refused(problem, found=found, code=fault.code) from None
        indexes = [self.scope.index(name_of(part)) for part in self.choices()]
        steps: list[Step] = [partial(_read_at, index, self.empty, read) for index in indexes]
        return steps[0] if len(steps) == 1 else partial(_first, steps)

    def reader(self) -> Read:
        match self.field.kind:
            case FieldKind.key:
                return texts.read_key
            case FieldKind.text:
                codes = self.source.codes
                return partial(_coded_text, codes) if codes else texts.read_text
            case FieldKind.rate:
                unit = said("rate_unit", self.formats, "percent")
                return partial(amounts.read_rate, unit=unit, form=self.number_form)
            case FieldKind.number:
                return partial(amounts.read_count, form=self.number_form)
            case FieldKind.date:
                return self.date_reader()
            case FieldKind.moment:
                return partial(_moment, self.scope.book.zone, self.date_reader())
            case FieldKind.currency:
                return partial(_currency, self.source.codes or {})
            case _:
                return partial(texts.read_code, codes=self.codes())

    def date_reader(self) -> dates.DateReader:
        forms = tuple(said("dates", self.formats, [dates.ISO]))
        try:
            day, zone = said("day", self.formats), self.scope.book.zone
            return dates.date_reader(forms, day=day, zone=zone)
        except dates.FormInvalid as error:
            raise self.refused(error.problem, **error.facts) from None

    def codes(self) -> dict[str, str]:
        """The neutral words, and the mapping's own codes before them."""
        known, own = self.field.code_words, self.source.codes or {}
        for code, word in own.items():
            if word not in known:
                raise self.refused(
                    N_("{where}: the code “{found}” leads to “{word}”; it can be {known}."),
                    found=code,
                    word=word,
                    known=", ".join(self.field.codes),
                )
        mapped = {code: known[word] for code, word in own.items()}
        return {**known, **{code.casefold(): word for code, word in mapped.items()}, **mapped}

    def refused(self, problem: str, **facts: object) -> MappingInvalid:
        where = f"[{self.scope.table}.columns] {self.field.name}"
        return MappingInvalid(problem=problem, where=where, **facts)


_iso_date = dates.date_reader()


def _filled(step: Step, filler: Step, cells: Cells) -> Any:
    value = step(cells)
    return filler(cells) if value is None else value


def _demanded(step: Step, cells: Cells) -> Any:
    value = step(cells)
    if value is None:
        raise ValueFault("VALUE_MISSING")
    return value


def _first(steps: list[Step], cells: Cells) -> Any:
    return next((value for step in steps if (value := step(cells)) is not None), None)


def _joined(indexes: list[int], separator: str, read: Read, cells: Cells) -> Any:
    parts = [text for index in indexes if (text := cells[index].strip())]
    return read(separator.join(parts)) if parts else None


def _part_of(
    index: int, cut: tuple[str, int], empty: frozenset[str], read: Read, cells: Cells
) -> Any:
    split, part = cut
    parts = cells[index].split(split)
    position = part - 1 if part > 0 else part
    inside = -len(parts) <= position < len(parts)
    text = parts[position].strip() if inside else ""
    return None if text in empty else read(text)


def _changed(step: Step, change: Callable[[int], int], cells: Cells) -> int | None:
    value = step(cells)
    return None if value is None else change(value)


def _total(parts: list[Step], less: list[Step], cells: Cells) -> int | None:
    """Empty cells count as nothing; all of them empty is no amount at all."""
    plus = [value for part in parts if (value := part(cells)) is not None]
    minus = [value for part in less if (value := part(cells)) is not None]
    return sum(plus) - sum(minus) if plus or minus else None


def _same(value: Any, cells: Cells) -> Any:
    return value


def _read_at(index: int, empty: frozenset[str], read: Read, cells: Cells) -> Any:
    text = cells[index].strip()
    return None if text in empty else read(text)


def _coded_text(codes: dict[str, str], text: str) -> str:
    return codes[text] if text in codes else texts.read_text(text)


def _currency(codes: dict[str, str], text: str) -> str:
    currency = codes.get(text, text.upper())
    try:
        exponent(currency)
    except AfterloanError:
        raise ValueFault("CURRENCY_UNKNOWN") from None
    return currency


def _moment(zone: ZoneInfo, read_date: dates.DateReader, text: str) -> datetime:
    """ISO first; else one of the date forms, at midnight."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        on = read_date(text)
        moment = datetime(on.year, on.month, on.day, tzinfo=zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
