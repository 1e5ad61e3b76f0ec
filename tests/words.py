"""Every text of ours that is shown to somebody, found in the sources."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract

from app import i18n
from app.errors import AfterloanError

ROOT = Path(__file__).parents[1]
PYTHON = ("app", "graphql/api", "views", "workers")
TEMPLATES = ("templates",)
KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "N_": None}
Text = str | tuple[str, ...]


def texts() -> dict[Text, list[str]]:
    """Each text with the places that use it. A plural is the tuple of its forms."""
    found: dict[Text, list[str]] = {}
    for text, place in (*_marked(), *_of_errors()):
        found.setdefault(text, []).append(place)
    return found


def catalogues() -> list[Path]:
    return sorted((Path(i18n.__file__).parent / "locale/zh_CN").glob("*.po"))


def _marked() -> Iterator[tuple[Text, str]]:
    for path, method in _sources():
        with path.open("rb") as lines:
            options = {"encoding": "utf-8", "trimmed": "true"}
            for line, message, _comments, _context in extract(
                method, lines, keywords=KEYWORDS, options=options
            ):
                if message:
                    yield message, f"{path.relative_to(ROOT)}:{line}"


def _sources() -> Iterator[tuple[Path, str]]:
    for folder in PYTHON:
        yield from ((path, "python") for path in sorted((ROOT / folder).rglob("*.py")))
    for folder in TEMPLATES:
        for kind in ("*.html", "*.txt"):
            paths = sorted((ROOT / folder).rglob(kind))
            yield from ((path, "jinja2.ext:babel_extract") for path in paths)


def _of_errors() -> Iterator[tuple[Text, str]]:
    """A refusal's words, also where somebody forgot to mark them."""
    for name in ("app", "api", "views"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            # `__main__` would run.
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for error in _below(AfterloanError):
        for text in (error.text, error.mend):
            if text:
                yield text, f"{error.__module__}.{error.__name__}"


def _below(error: type[AfterloanError]) -> Iterator[type[AfterloanError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from _below(kind)
