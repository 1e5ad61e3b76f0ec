"""What the checks of a bundle have at hand, and how they tell a fault where it stands."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import msgspec

from app.money import to_decimal
from app.operation.book.fault import Faults, Place
from app.operation.book.gather import Heading
from app.operation.book.mapping import BookFormat
from app.operation.book.rows import Row

AnyOne = TypeVar("AnyOne", bound=Row)


class Judge(msgspec.Struct, kw_only=True):
    book: BookFormat
    # The business date: what lies after it has not happened yet.
    today: date
    names: list[str]
    headings: dict[int, dict[str, Heading]]
    faults: Faults

    def tell(self, code: str, row: Row, column: str, value: object = "", **facts: object) -> None:
        """`column` is the neutral name; the fault names the file's own."""
        heading = self.headings.get(row.file, {}).get(column) or Heading(column, 1)
        place = Place(
            file=self.names[row.file],
            line=row.line,
            column=heading.name,
            position=heading.position,
        )
        self.faults.add(code, place, str(value), **facts)

    def currency_of(self, row: Row) -> str:
        return getattr(row, "currency", None) or self.book.currency

    def amount(self, row: Row, minor: int) -> str:
        """As the file has it, not in minor units."""
        return str(to_decimal(minor, self.currency_of(row)))

    def single(self, found: Sequence[AnyOne], field: str, key: str) -> AnyOne | None:
        """The one row of a key. The same row twice is one; with other content it is a fault."""
        if not found:
            return None
        first = found[0]
        for other in found[1:]:
            if contents(other) != contents(first):
                self.tell("KEY_DOUBLED", other, field, key, first=first.line)
        return first


def contents(row: Row) -> tuple[object, ...]:
    """A row without the place it came from."""
    return msgspec.structs.astuple(row)[2:]
