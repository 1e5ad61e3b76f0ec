"""Which files a book consists of, and which table each of them is."""

import fnmatch
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.i18n import N_
from app.operation.book.errors import MappingInvalid
from app.operation.book.fault import Faults, Place
from app.operation.book.mapping import (
    BookFormat,
    Mapping,
    TableSource,
    load_mapping,
    neutral_mapping,
)
from app.operation.book.proof import prove
from app.operation.book.reading import TableFile
from app.operation.book.tables import TABLES

FILES_MAX = 2_000
# A mapping that lies beside its files needs no naming.
BOOK_FILE = "book.toml"


class BookFiles(msgspec.Struct, frozen=True, kw_only=True):
    book: BookFormat
    files: list[TableFile]

    @property
    def names(self) -> list[str]:
        return [file.path.name for file in self.files]

    def of(self, *tables: str) -> list[TableFile]:
        return [file for file in self.files if file.table.name in tables]


def find_files(paths: Sequence[Path], mapping_path: Path | None, faults: Faults) -> BookFiles:
    """`paths` are one folder, or single files."""
    inside = _inside(paths)
    mapping = _mapping(inside, mapping_path)
    candidates = [path for path in inside if path.suffix != ".toml"]
    found: list[tuple[str, Path, TableSource]] = []
    for table, sources in mapping.tables.items():
        for source in sources:
            fitting = _fitting(candidates, source, table)
            if not fitting and mapping_path is not None and source.columns is not None:
                faults.add("FILE_MISSING", Place(file=" ".join(source.files)), source.files[0])
            found += [(table, path, source) for path in fitting]
    used = {path for _, path, _ in found}
    for path in candidates:
        # Beside a mapping other files may lie; without one every file must be a table.
        if path not in used and not mapping.tables_are_named:
            faults.add("FILE_UNKNOWN", Place(file=path.name), path.name)
    if not found and not faults:
        faults.add("BOOK_EMPTY", Place(file=paths[0].name if paths else "-"))
    return BookFiles(book=mapping.book, files=_numbered(found, mapping.book))


def _inside(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    return [path for path in found if not path.name.startswith(".")][:FILES_MAX]


def _mapping(inside: Sequence[Path], mapping_path: Path | None) -> Mapping:
    if mapping_path is None:
        mapping_path = next((path for path in inside if path.name == BOOK_FILE), None)
    if mapping_path is None:
        return neutral_mapping()
    if not mapping_path.is_file():
        raise MappingInvalid(problem=N_("There is no such file."), where=mapping_path.name)
    mapping = load_mapping(mapping_path)
    prove(mapping)
    return mapping


def _fitting(candidates: Sequence[Path], source: TableSource, table: str) -> list[Path]:
    return [
        path
        for path in candidates
        if any(fnmatch.fnmatchcase(path.name, pattern) for pattern in source.files)
        # security*.csv is not security_valuations.csv.
        and (source.columns is not None or _neutral_table(path.name) == table)
    ]


def _neutral_table(name: str) -> str | None:
    """payments.csv, payments-2.csv and payments-2026-11.csv.gz are payments."""
    stem = name.split(".")[0]
    fitting = [
        table for table in TABLES if stem == table or stem.startswith((f"{table}-", f"{table} "))
    ]
    return max(fitting, key=len, default=None)


def _numbered(found: Sequence[tuple[str, Path, TableSource]], book: BookFormat) -> list[TableFile]:
    order = {table: position for position, table in enumerate(TABLES)}
    in_order = sorted(found, key=lambda part: (order[part[0]], part[1].name))
    return [
        TableFile(number=number, path=path, table=TABLES[table], source=source, book=book)
        for number, (table, path, source) in enumerate(in_order)
    ]
