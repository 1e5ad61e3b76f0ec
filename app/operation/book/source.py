"""A file as lines and cells: unpacked, decoded, split, in bounded memory."""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, TextIO, cast

import msgspec

from app.operation.book import texts
from app.operation.book.fault import Faults, Place

LINE_CHARS_MAX = 4_000_000
# A quoted cell may run over lines, but one that never closes must not swallow the file.
RECORD_LINES_MAX = 100
SAMPLE_BYTES = 65_536
HAN_MIN = 3

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_NO_TEXT = (
    (b"PK\x03\x04", "FILE_IS_ZIP"),
    (b"\xd0\xcf\x11\xe0", "FILE_IS_SPREADSHEET"),
    (b"%PDF", "FILE_IS_NO_TEXT"),
    (b"\x7fELF", "FILE_IS_NO_TEXT"),
    (b"BZh", "FILE_IS_ZIP"),
    (b"\xfd7zXZ", "FILE_IS_ZIP"),
    (b"7z\xbc\xaf", "FILE_IS_ZIP"),
    (b"Rar!", "FILE_IS_ZIP"),
)

Record = tuple[int, list[str]]

csv.field_size_limit(LINE_CHARS_MAX)


class SourceForm(msgspec.Struct, frozen=True, kw_only=True):
    encoding: str = "utf-8"
    delimiter: str = ","
    skip_lines: int = 0
    skip_last_lines: int = 0


def records(path: Path, form: SourceForm, faults: Faults) -> Iterator[Record]:
    """Line and cells of each row, header included. Ends at what makes the rest unreadable."""
    with path.open("rb") as raw:
        binary = _unpacked(raw)
        try:
            sample = binary.peek(SAMPLE_BYTES)[:SAMPLE_BYTES]
        except (OSError, EOFError, zlib.error):
            faults.add("FILE_DAMAGED", Place(file=path.name))
            return
        encoding = _encoding(sample, form, faults, path.name)
        if encoding is None:
            return
        text = io.TextIOWrapper(binary, encoding=encoding, errors="replace")
        lines = _Splitter(path.name, text, form, faults, sample).records()
        yield from _without_last(lines, form.skip_last_lines) if form.skip_last_lines else lines


def _without_last(lines: Iterator[Record], count: int) -> Iterator[Record]:
    held: deque[Record] = deque()
    for line in lines:
        held.append(line)
        if len(held) > count:
            yield held.popleft()


def _unpacked(raw: IO[bytes]) -> io.BufferedReader:
    """By what the file is, not by what it is called."""
    magic = raw.read(2)
    raw.seek(0)
    if magic == b"\x1f\x8b":
        packed = cast(IO[bytes], gzip.GzipFile(fileobj=raw))
        return io.BufferedReader(cast(io.RawIOBase, packed), SAMPLE_BYTES)
    return io.BufferedReader(cast(io.RawIOBase, raw), SAMPLE_BYTES)


def _encoding(sample: bytes, form: SourceForm, faults: Faults, name: str) -> str | None:
    """The declared one if the file can be it; None when the file is no text of that kind."""
    place = Place(file=name)
    if not sample:
        faults.add("FILE_EMPTY", place)
        return None
    for magic, code in _NO_TEXT:
        if sample.startswith(magic):
            faults.add(code, place)
            return None
    marked = next((found for mark, found in _MARKS if sample.startswith(mark)), None)
    if marked == "utf-8-sig":
        return marked
    if marked is None and sample[:200].count(0) > 50:
        marked = "utf-16"
    declared = form.encoding.lower().replace("_", "-")
    if marked is not None and not declared.startswith(marked):
        faults.add(
            "FILE_ENCODING", place, found=marked.upper(), declared=declared.upper(), setting=marked
        )
        return None
    return form.encoding


class _Splitter:
    def __init__(
        self, name: str, text: TextIO, form: SourceForm, faults: Faults, sample: bytes
    ) -> None:
        self._name, self._text, self._form = name, text, form
        self._faults, self._sample = faults, sample
        self._line = 0
        self._back: deque[str] = deque()
        self._quoted = partial(csv.reader, delimiter=form.delimiter, strict=True)

    def records(self) -> Iterator[Record]:
        delimiter, fault_of_line = self._form.delimiter, texts.fault_of_line
        for line in self._lines():
            start = self._line
            if start <= self._form.skip_lines:
                continue
            if line == "\n" or not line.strip():
                continue
            code = fault_of_line(line)
            if code is not None and not self._tell_broken(code, line):
                return
            if code is not None:
                continue
            if '"' in line:
                cells = self._quoted_cells(line)
                if cells is not None:
                    yield start, cells
            else:
                yield start, line.rstrip("\n").split(delimiter)

    def _lines(self) -> Iterator[str]:
        """Universal newlines; a line longer than any row is told and skipped, never held."""
        read = partial(self._text.readline, LINE_CHARS_MAX)
        while True:
            try:
                line = self._back.popleft() if self._back else read()
            except (OSError, EOFError, zlib.error):
                self._faults.add("FILE_DAMAGED", self._place())
                return
            except UnicodeError:
                self._faults.add("BYTES_BROKEN", self._place())
                return
            if not line:
                return
            self._line += 1
            if len(line) == LINE_CHARS_MAX and line[-1] != "\n":
                self._faults.add("LINE_TOO_LONG", self._place(), most=LINE_CHARS_MAX)
                while line and line[-1] != "\n":
                    line = read()
                continue
            yield line

    def _quoted_cells(self, line: str) -> list[str] | None:
        """A row with quotes may run over several lines. A broken one costs its first line only."""
        start, taken = self._line, [line]
        quotes, chars = line.count('"'), len(line)
        while quotes % 2 and len(taken) < RECORD_LINES_MAX and chars < LINE_CHARS_MAX:
            following = self._back.popleft() if self._back else self._text.readline(LINE_CHARS_MAX)
            if not following:
                break
            taken.append(following)
            self._line += 1
            quotes, chars = quotes + following.count('"'), chars + len(following)
        if quotes % 2 == 0:
            try:
                return next(self._quoted(["".join(taken)]))
            except csv.Error:
                code = "QUOTE_MISPLACED"
        else:
            code = "QUOTE_NOT_CLOSED"
        self._back.extendleft(reversed(taken[1:]))
        self._line = start
        self._faults.add(code, self._place(*self._first_quote(line)))
        return None

    def _first_quote(self, line: str) -> tuple[int, int]:
        before = line[: line.index('"')]
        return self._line, before.count(self._form.delimiter) + 1

    def _tell_broken(self, code: str, line: str) -> bool:
        """Tells the fault with its cell. False when every line will be so: another encoding."""
        likely = self._likely_encoding() if code == "BYTES_BROKEN" else None
        test = texts.is_broken if code == "BYTES_BROKEN" else texts.is_controlled
        cells = line.rstrip("\n").split(self._form.delimiter)
        position = next((i for i, cell in enumerate(cells, 1) if test(cell)), 1)
        place = self._place(self._line, position)
        if likely is not None:
            declared = self._form.encoding.upper()
            self._faults.add(
                "FILE_ENCODING", place, found=likely.upper(), declared=declared, setting=likely
            )
            return False
        self._faults.add(code, place, cells[position - 1] if position <= len(cells) else "")
        return True

    def _likely_encoding(self) -> str | None:
        if not self._form.encoding.lower().startswith("utf"):
            return None
        return "gb18030" if _is_gb18030(self._sample) else None

    def _place(self, line: int | None = None, position: int = 1) -> Place:
        return Place(file=self._name, line=max(line or self._line, 1), position=position)


def _is_gb18030(sample: bytes) -> bool:
    """Chinese text by its common characters; almost any bytes can be read as some GB18030."""
    as_utf8 = [c for c in sample.decode("utf-8", "replace") if not c.isascii()]
    if as_utf8.count("\ufffd") * 2 < len(as_utf8):
        return False
    for cut in range(4):
        try:
            text = sample[: len(sample) - cut].decode("gb18030")
        except UnicodeDecodeError:
            continue
        beyond = [c for c in text if not c.isascii()]
        common = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" for c in beyond)
        # Two or three stray bytes are no Chinese.
        return common >= HAN_MIN and common * 10 >= len(beyond) * 9
    return False
