"""The mapping of a lender's export that we know already, so that it can be brought in by its
folder alone."""

from fnmatch import fnmatch
from pathlib import Path

from app.operation.book.files import BOOK_FILE
from app.operation.book.mapping import Mapping, load_mapping

KNOWN = Path(__file__).parents[2] / "docs/mappings"


def known_mapping(book: Path) -> Path | None:
    """None for a book that brings its own, is written in our format, or is unknown."""
    if not book.is_dir() or (book / BOOK_FILE).exists():
        return None
    names = [path.name for path in book.iterdir()]
    fitting = (path for path in sorted(KNOWN.glob("*.toml")) if _fits(load_mapping(path), names))
    return next(fitting, None)


def _fits(mapping: Mapping, names: list[str]) -> bool:
    """Every table it speaks of is there."""
    sources = [source for found in mapping.tables.values() for source in found if source.files]
    return bool(sources) and all(
        any(fnmatch(name, pattern) for name in names for pattern in source.files)
        for source in sources
    )
