"""A signed-in browser. Its cookie is a random word that says nothing; everything else is a row.

So a session can be ended from here, a copied cookie dies with it, and a signed-in browser always
has a new
word: what it held before signing in opens nothing."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from app.actor import Actor, ActorKind
from app.i18n import LANGUAGES
from app.permission import Permission, Role, permissions_of, widest_scope
from app.personal import Sealed, seal
from app.settings import Settings

CHOICES: Mapping[str, tuple[str, ...]] = {
    "language": ("", *LANGUAGES),
    "theme": ("auto", "light", "dark", "contrast"),
    "density": ("cosy", "compact", "touch"),
}
TOKEN_BYTES = 32
# A session's `seen_at` is written at most this often, so that reading pages writes almost nothing.
SEEN_EVERY = timedelta(minutes=1)


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A live session and whose it is."""

    id_hash: str
    user_id: int
    name: str
    roles: frozenset[Role]
    team_id: int | None
    branch_id: int | None
    language: str
    theme: str
    density: str
    seen_at: datetime
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        return person(
            id=self.user_id,
            name=self.name,
            roles=self.roles,
            team_id=self.team_id,
            branch_id=self.branch_id,
            language=self.language,
        )


def person(
    *,
    id: int,
    name: str,
    roles: frozenset[Role],
    team_id: int | None = None,
    branch_id: int | None = None,
    language: str = "",
) -> Actor:
    """Somebody who proved who he is. Even without any role he may end his own session."""
    return Actor(
        kind=ActorKind.user,
        id=id,
        name=name,
        roles=roles,
        permissions=permissions_of(roles) | {Permission.SESSION_OWN},
        row_scope=widest_scope(roles),
        team_id=team_id,
        branch_id=branch_id,
        language=language,
    )


def is_choice(field: str, choice: str) -> bool:
    """Whether a person may want it so; an empty language follows the browser."""
    return choice in CHOICES.get(field, ())


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """It has 256 random bits, so a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")


def session_cookie(settings: Settings) -> str:
    return _cookie(settings, "session")


def browser_cookie(settings: Settings) -> str:
    """Ties a sign-in on its way to the browser that began it, before there is a session."""
    return _cookie(settings, "browser")


def seal_id_token(id_token: str, id_hash: str) -> Sealed:
    return seal(id_token, "session", "id_token", _row(id_hash))


def open_id_token(sealed: bytes, id_hash: str) -> str:
    return Sealed(sealed).open("session", "id_token", _row(id_hash))


def _cookie(settings: Settings, kind: str) -> str:
    """`__Host-` keeps other hosts of the domain from setting it, and needs https. Without it, the
    port is part of
    the name: cookies know no ports, and two demos on one machine would sign each other out."""
    if is_secure(settings):
        return f"__Host-afterloan-{kind}"
    return f"afterloan-{urlsplit(settings.base_url).port or 80}-{kind}"


def _row(id_hash: str) -> int:
    return int(id_hash[:14], 16)
