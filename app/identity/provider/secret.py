"""The provider's signing key and the client's secret, made once and kept in the state folder."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from joserfc.jwk import RSAKey

FILE = "development_provider.json"


class Secrets(msgspec.Struct, frozen=True):
    key: dict[str, Any]
    client_secret: str

    @property
    def signing_key(self) -> RSAKey:
        return _imported(msgspec.json.encode(self.key))


@cache
def provider_secrets(home: Path) -> Secrets:
    """Whichever process comes first makes them; the others read what it made."""
    path = home / FILE
    if not path.exists():
        _make(path)
    return msgspec.json.decode(path.read_bytes(), type=Secrets)


def _make(path: Path) -> None:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    made = Secrets(key=dict(key.as_dict(private=True)), client_secret=secrets.token_hex(32))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(made))
    try:
        # Whole or not at all, and never over a file that is there already.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@cache
def _imported(key: bytes) -> RSAKey:
    return RSAKey.import_key(msgspec.json.decode(key))
