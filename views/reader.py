"""How this reader wants it: his own choice, then the cookie's, then the browser's."""

from dataclasses import dataclass, replace
from typing import Self

from starlette.requests import Request

from app.i18n import CHINESE, normalized, preferred, set_language
from app.identity.session import is_choice


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

    def with_choice(self, field: str, choice: str) -> Self:
        known = choice and is_choice(field, choice)
        return replace(self, **{field: choice}) if known else self


def preferences(request: Request) -> Preferences:
    """Read once per request."""
    known: Preferences | None = getattr(request.state, "preferences", None)
    if known is None:
        known = request.state.preferences = _read(request)
    return known


def _read(request: Request) -> Preferences:
    cookies, session = request.cookies, getattr(request.state, "session", None)
    language = (
        normalized(getattr(session, "language", None))
        or normalized(cookies.get("language"))
        or preferred(request.headers.get("accept-language", ""))
    )
    found = Preferences(language)
    for field in ("theme", "density"):
        for choice in (cookies.get(field), getattr(session, field, None)):
            found = found.with_choice(field, choice or "")
    return found
