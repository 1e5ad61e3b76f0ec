"""How a reader wants it: language, theme, density. Kept with the person, else in a cookie."""

from dataclasses import dataclass, replace
from typing import Self

from starlette.requests import Request

from app.i18n import CHINESE, LANGUAGES, normalized, preferred, set_language

THEMES = ("auto", "light", "dark", "contrast")
DENSITIES = ("cosy", "compact", "touch")


@dataclass(frozen=True, slots=True)
class Preferences:
    language: str
    theme: str = "auto"
    density: str = "cosy"

    @property
    def html_lang(self) -> str:
        """What picks the right glyphs: a script, not a country."""
        return "zh-Hans" if self.language == CHINESE else "en"

    def speak(self) -> None:
        set_language(self.language)

    def with_choice(self, field: str, value: str) -> Self:
        choices = {"language": LANGUAGES, "theme": THEMES, "density": DENSITIES}
        return replace(self, **{field: value}) if value in choices.get(field, ()) else self


def preferences(request: Request) -> Preferences:
    """Read once per request: the person's own choice, then the cookie, then the browser."""
    known = getattr(request.state, "preferences", None)
    if known is None:
        known = request.state.preferences = _read(request)
    return known


def _read(request: Request) -> Preferences:
    cookies = request.cookies
    actor, session = (getattr(request.state, name, None) for name in ("actor", "session"))
    language = (
        normalized(getattr(actor, "language", None))
        or normalized(cookies.get("language"))
        or preferred(request.headers.get("accept-language", ""))
    )
    found = Preferences(language)
    for field in ("theme", "density"):
        for choice in (cookies.get(field), getattr(session, field, None)):
            found = found.with_choice(field, choice or "")
    return found
