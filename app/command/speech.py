"""The language of the terminal, and what is said in it."""

import copy
import io
import locale
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import TextIO, TypeVar

import click
from click import core, decorators, exceptions, formatting, parser, types

from app.i18n import CHINESE, ENGLISH, ngettext_open, normalized, set_language, translate
from app.i18n import gettext as _

Said = TypeVar("Said", bound=click.Command)

_SAMPLE = "贷后"
_CLICK = (core, decorators, exceptions, formatting, parser, types)


def choose_language() -> None:
    """Once for the whole process."""
    language = _named_language()
    streams = (sys.stdout, sys.stderr)
    if language == CHINESE and not all(can_print(stream, _SAMPLE) for stream in streams):
        language = ENGLISH
    for stream in streams:
        _never_fail(stream)
    set_language(language)
    for module in _CLICK:
        # Its own sentences pass through these names; where ours lacks one, it stays as it is.
        for name, ours in (("_", translate), ("ngettext", ngettext_open)):
            if hasattr(module, name):
                setattr(module, name, ours)
    # Otherwise the columns of a help with Chinese in the first of them do not stand in line.
    formatting.term_len = columns  # type: ignore[attr-defined, assignment]


def translated(command: Said) -> Said:
    """The same command, its help in the language of the terminal."""
    said = copy.copy(command)
    said.help = translate(command.help or "")
    said.params = [_with_help(parameter) for parameter in command.params]
    if isinstance(said, click.Group):
        said.commands = {name: translated(below) for name, below in said.commands.items()}
    return said


def padded(text: str, width: int) -> str:
    """To that many columns of a terminal, where a Chinese character takes two."""
    return text + " " * (width - columns(text))


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def listed(things: Iterable[object]) -> str:
    return _(", ").join(map(str, things))


def can_print(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding)
    except UnicodeEncodeError:
        return False
    return True


def _with_help(parameter: click.Parameter) -> click.Parameter:
    said = copy.copy(parameter)
    if isinstance(said, click.Option) and said.help:
        said.help = translate(said.help)
    return said


def _named_language() -> str:
    """Of the terminal, as the system knows it."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    tag = (named or locale.getlocale()[0] or "").partition(".")[0]
    return normalized(tag) or ENGLISH


def _never_fail(stream: TextIO) -> None:
    """A name that the terminal has no letters for must not end a command."""
    if not can_print(stream, _SAMPLE) and isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
