"""What a mapping says is tried before a file is opened: its author hears of it at once."""

import codecs

from app.errors import AfterloanError
from app.i18n import N_
from app.money import exponent
from app.operation.book.columns import Scope, compile_column
from app.operation.book.errors import MappingInvalid
from app.operation.book.mapping import (
    EXTRA_KINDS,
    BookFormat,
    Mapping,
    Source,
    TableSource,
)
from app.operation.book.repeat import repetitions
from app.operation.book.tables import TABLES, Table

# What a star may stand for, until the headings are known.
_ANY_PART = "1"
DAY_LAST = 31


class _AnyHeading(dict[str, int]):
    """A file that has whatever column is asked for."""

    def get(self, name: str, default: object = None) -> int:
        return 0


def prove(mapping: Mapping) -> None:
    """Raises `MappingInvalid` for what no file could make good."""
    _prove_book(mapping.book)
    for name, sources in mapping.tables.items():
        for source in sources:
            _prove_format(source, f"[{name}]")
            _prove_extra(source, f"[{name}]")
            if source.columns is not None:
                _prove_columns(TABLES[name], source, mapping.book)


def _prove_book(book: BookFormat) -> None:
    _prove_format(book, "[book]")
    _ = book.zone
    try:
        exponent(book.currency)
    except AfterloanError:
        raise MappingInvalid(
            problem=N_("{where}: “{found}” is no currency."),
            where="[book] currency",
            found=book.currency,
        ) from None


def _prove_format(said: BookFormat | TableSource, where: str) -> None:
    if isinstance(said.day, int) and not 1 <= said.day <= DAY_LAST:
        raise MappingInvalid(problem=N_("{where}: “day” is 1 to 31 or “last”."), where=where)
    if said.encoding is not None and not _is_encoding(said.encoding):
        raise MappingInvalid(
            problem=N_("{where}: “{found}” is no encoding that is known."),
            where=where,
            found=said.encoding,
        )
    if said.delimiter is not None and (len(said.delimiter) != 1 or said.delimiter in '"\r\n'):
        raise MappingInvalid(
            problem=N_("{where}: the delimiter must be one character."), where=where
        )


def _prove_columns(table: Table, source: TableSource, book: BookFormat) -> None:
    is_starred = isinstance(source.repeat, str) and "*" in source.repeat
    heading = str(source.repeat).replace("*", _ANY_PART)
    passes = [source] if source.repeat is None else repetitions(source, [heading])
    for one in passes:
        scope = Scope(table=table.name, book=book, source=one, headings=_AnyHeading())
        for field in table.fields:
            said_of_it = (source.columns or {}).get(field.name)
            # What the star stands for only the file tells.
            is_open = is_starred and isinstance(said_of_it, Source) and said_of_it.value is not None
            if said_of_it is not None and not is_open:
                compile_column(field, (one.columns or {})[field.name], scope)


def _prove_extra(source: TableSource, where: str) -> None:
    for name, kind in source.extra.items() if isinstance(source.extra, dict) else ():
        if kind not in EXTRA_KINDS:
            raise MappingInvalid(
                problem=N_("{where}: “{found}” is not one of {known}."),
                where=f"{where} extra {name}",
                found=kind,
                known=", ".join(EXTRA_KINDS),
            )


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):
        return False
