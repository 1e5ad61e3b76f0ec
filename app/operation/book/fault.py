"""What is wrong with a book: where exactly, and how to mend it."""

from collections import Counter
from typing import Any

import msgspec

from app.i18n import translate
from app.operation.book.words import WORDS

# A million lines with one mistake are one mistake: the first ones show it, the rest are counted.
FAULTS_KEPT_MAX = 5_000
VALUE_SHOWN_CHARS = 40
LETTERS = 26


class ValueFault(Exception):
    """A value that cannot be read. Says what is wrong; the reader knows where."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A cell: file, line as an editor counts it, column by name and by position from 1."""

    file: str
    line: int = 1
    column: str = ""
    position: int = 1

    @property
    def letter(self) -> str:
        """As a spreadsheet names the column."""
        letters, rest = "", self.position
        while rest > 0:
            rest, digit = divmod(rest - 1, LETTERS)
            letters = chr(ord("A") + digit) + letters
        return letters or "A"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    place: Place
    code: str
    value: str = ""
    facts: dict[str, Any] = {}

    def text(self, language: str | None = None) -> str:
        return self._filled(WORDS[self.code].text, language)

    def mend(self, language: str | None = None) -> str:
        return self._filled(WORDS[self.code].mend, language)

    def line(self, language: str | None = None) -> str:
        """One line for a terminal or a file of faults."""
        place = self.place
        where = f"{place.file}:{place.line}:{place.letter}"
        named = f"{where} {place.column}" if place.column else where
        return f"{named}: {self.text(language)} {self.mend(language)}".rstrip()

    def _filled(self, msgid: str, language: str | None) -> str:
        return translate(msgid, language).format(value=self.value, **self.facts)


class Faults:
    """All faults counted, the first ones kept."""

    def __init__(self, kept_max: int = FAULTS_KEPT_MAX) -> None:
        self.kept: list[Fault] = []
        self.counts: Counter[str] = Counter()
        self._kept_max = kept_max

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def total(self) -> int:
        return self.counts.total()

    def add(self, code: str, place: Place, value: str = "", **facts: Any) -> None:
        self.counts[code] += 1
        if len(self.kept) < self._kept_max:
            self.kept.append(
                Fault(place=place, code=code, value=excerpt(value), facts=_shown(facts))
            )

    def merge(self, kept: list[Fault], counts: dict[str, int]) -> None:
        """Takes over what another process found."""
        self.counts.update(counts)
        self.kept.extend(kept[: self._kept_max - len(self.kept)])

    def sorted(self) -> list[Fault]:
        return sorted(self.kept, key=lambda f: (f.place.file, f.place.line, f.place.position))


def excerpt(value: str) -> str:
    """Short enough for a table, and printable whatever the file holds."""
    short = value if len(value) <= VALUE_SHOWN_CHARS else value[: VALUE_SHOWN_CHARS - 1] + "…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in short)


def masked(value: str) -> str:
    """Enough of a personal value to find it in the file, and no more: faults are stored."""
    length = len(value)
    shown = 0 if length < 4 else 1 if length < 8 else 2
    return value[:shown] + "•" * min(length - 2 * shown, 6) + value[length - shown :]


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: excerpt(v) if isinstance(v, str) else v for k, v in facts.items()}
