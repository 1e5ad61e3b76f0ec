"""What was fetched once and is kept beside this Python environment, for every home."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def kept(name: str) -> Path:
    """Where it lies or will lie. An environment of the system belongs to root: then the user's
    own cache."""
    prefix = Path(sys.prefix)
    if os.access(prefix, os.W_OK):
        return prefix / "share/afterloan" / name
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "afterloan" / name


@contextmanager
def filling(target: Path) -> Iterator[Path]:
    """A folder to fill; it appears under its name only when filled, so it is whole or absent."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        shutil.rmtree(target, ignore_errors=True)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
