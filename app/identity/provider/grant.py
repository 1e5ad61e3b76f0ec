"""Codes on their way: each is good once, for a minute, for the client and the browser's proof it
was made for."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

import msgspec

from app.identity.provider.people import Person

SECONDS = 60
# Somebody who clicks faster than this loses the oldest code.
HELD_MAX = 1000


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    person: Person
    nonce: str
    challenge: str
    redirect_uri: str
    scope: str


class Grants:
    """In memory: a code does not outlive the process that made it, and nobody misses it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, tuple[float, Grant]] = {}

    def issue(self, grant: Grant) -> str:
        while len(self._held) >= HELD_MAX:
            self._held.pop(next(iter(self._held)))
        code = secrets.token_urlsafe(32)
        self._held[code] = (self._clock() + SECONDS, grant)
        return code

    def redeem(self, code: str, *, redirect_uri: str, verifier: str) -> Grant | None:
        """A code is gone once it was shown, whether it was any good or not."""
        until, grant = self._held.pop(code, (0.0, None))
        if grant is None or self._clock() >= until or redirect_uri != grant.redirect_uri:
            return None
        return grant if hmac.compare_digest(challenge_of(verifier), grant.challenge) else None


def challenge_of(verifier: str) -> str:
    """RFC 7636, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
