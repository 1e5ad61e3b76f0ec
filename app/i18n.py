"""Two languages of equal rank. English is the msgid, Chinese is in `app/locale`."""

import gettext as gnu
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
CHINESE = "zh-CN"
LANGUAGES = (CHINESE, ENGLISH)
# What a browser, an issuer or an old cookie may call them.
_ALIASES = {"zh": CHINESE, "zh-hans": CHINESE, "zh-sg": CHINESE, "zh-hans-cn": CHINESE}
_CATALOGUES = Path(__file__).parent / "locale"

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def N_(message: str) -> str:
    """Marks a text that is translated later, where it is shown."""
    return message


def gettext(message: str, /, **fields: object) -> str:
    return _filled(translate(message), fields)


def ngettext(one: str, many: str, number: int, /, **fields: object) -> str:
    return _filled(ngettext_open(one, many, number), {"n": number, **fields})


def ngettext_open(one: str, many: str, number: int) -> str:
    """The form that fits the number, its {fields} still open."""
    return _translations(current_language()).ngettext(one, many, number)


def translate(message: str, language: str | None = None) -> str:
    """The text in that language (else the reader's), its {fields} still open."""
    if not message:
        return ""
    wanted = normalized(language) if language else None
    return _translations(wanted or current_language()).gettext(message)


def current_language() -> str:
    return _current.get()


def set_language(language: str) -> None:
    """For the rest of this request or job."""
    _current.set(normalized(language) or ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """For one letter or file that is written in its reader's language."""
    token = _current.set(normalized(language) or ENGLISH)
    try:
        yield
    finally:
        _current.reset(token)


def normalized(tag: str | None) -> str | None:
    """One of ours, or nothing: `zh_CN`, `zh-Hans-SG` and `en-GB` are known by their speakers."""
    parts = (tag or "").replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        name = "-".join(parts[:length])
        for language in LANGUAGES:
            if name == language.lower():
                return language
        if name in _ALIASES:
            return _ALIASES[name]
    return None


def preferred(accept_language: str) -> str:
    """The first of the browser's languages that is ours; English when it names none of them."""
    wanted = sorted(_weighted(accept_language), key=lambda pair: -pair[1])
    known = (language for tag, weight in wanted if weight > 0 and (language := normalized(tag)))
    return next(known, ENGLISH)


@cache
def locale(language: str) -> Locale:
    """Kept as an object: Babel spends longer on parsing a name than on formatting."""
    return Locale.parse("zh_Hans_CN" if language == CHINESE else "en")


def _weighted(accept_language: str) -> Iterator[tuple[str, float]]:
    # A browser sends a handful; what is longer is no browser.
    for part in accept_language[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=")
        try:
            yield tag, float(weight) if weight else 1.0
        except ValueError:
            continue


def _filled(text: str, fields: dict[str, object]) -> str:
    return text.format(**fields) if fields else text


@cache
def _translations(language: str) -> gnu.NullTranslations:
    if language == ENGLISH:
        return gnu.NullTranslations()
    folder = _CATALOGUES / language.replace("-", "_")
    compiled = io.BytesIO()
    write_mo(compiled, merged(sorted(folder.glob("*.po")), language))
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def merged(paths: list[Path], language: str) -> Catalog:
    """One catalogue of all capabilities' files; the first one to translate a text wins."""
    catalogue = Catalog(locale=language.replace("-", "_"))
    for path in paths:
        with path.open("rb") as lines:
            for message in read_po(lines, locale=catalogue.locale):
                if message.id and message.string and message.id not in catalogue:
                    catalogue[message.id] = message
    return catalogue
