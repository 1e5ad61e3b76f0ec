"""Every text of ours that is shown to somebody, found in the sources."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from babel.messages.extract import DEFAULT_KEYWORDS, extract

from app import i18n
from app.command.main import afterloan
from app.errors import AfterloanError

ROOT = Path(__file__).parents[1]
PYTHON = ("app", "graphql/api", "views", "workers")
TEMPLATES = ("templates",)
KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "N_": None}
Text = str | tuple[str, ...]
# Sentences of click that somebody at our command line can meet.
OF_CLICK: tuple[Text, ...] = (
    *("Usage:", "Options", "Commands", "Aborted!", "default: {default}", "required"),
    *("file", "directory", "path", "Missing command.", "Missing argument", "Missing option"),
    *("Show the version and exit.", "Show this message and exit."),
    *("Error: {message}", "Try '{command} {option}' for help."),
    *("No such command {name!r}.", "No such option {name!r}."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    *("Invalid value: {message}", "Invalid value for {param_hint}: {message}"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    (
        "{value!r} does not match the format {format}.",
        "{value!r} does not match the formats {formats}.",
    ),
    *("{name} {filename!r} does not exist.", "{name} {filename!r} is a file."),
    "{name} {filename!r} is a directory.",
    *("{name} {filename!r} is not readable.", "{name} {filename!r} is not writable."),
)


def texts() -> dict[Text, list[str]]:
    """Each text with the places that use it. A plural is the tuple of its forms."""
    found: dict[Text, list[str]] = {}
    for text, place in (*_marked(), *_of_errors(), *_of_commands(afterloan), *_of_click()):
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


def _of_commands(command: click.Command) -> Iterator[tuple[Text, str]]:
    """Their help, which is a docstring."""
    place = f"afterloan {command.name}"
    if command.help:
        yield command.help, place
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help, f"{place} {parameter.opts[0]}"
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _of_commands(below)


def _of_click() -> Iterator[tuple[Text, str]]:
    yield from ((text, "click") for text in OF_CLICK)


def said_by_click() -> set[Text]:
    """What its own sources mark."""
    found: set[Text] = set()
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        with path.open("rb") as lines:
            found |= {message for _line, message, *_rest in extract("python", lines)}
    return found
