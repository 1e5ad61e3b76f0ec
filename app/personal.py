"""Personal data at rest: encrypted, bound to its row, findable by a keyed hash, shown masked.

A stored value is: format (1 byte) · key id (1) · nonce (12) · AES-256-GCM ciphertext and tag.
The additional data names table, column and row, so that a value copied into another row does not
open there. Blind indexes use a key of their own: with the encryption key in the wrong hands an
index could otherwise be walked."""

import base64
import contextlib
import hashlib
import hmac
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from tortoise import fields
from tortoise.models import Model

from app.settings import settings

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12
DIGEST_BYTES = 16


class KeyMissing(RuntimeError):
    """The operator's fault, not a user's: says which setting to set."""


class Sealed(bytes):
    """An encrypted value as it lies in its column."""

    def open(self, table: str, column: str, row_id: int) -> str:
        """Raises `InvalidTag` for what was changed, or was sealed for another place."""
        if len(self) <= 2 + NONCE_BYTES or self[0] != FORMAT:
            raise InvalidTag
        key = _keyring().ciphers.get(self[1])
        if key is None:
            raise KeyMissing(
                f"AFTERLOAN_PERSONAL_KEYS lacks key {self[1]}, which sealed this value."
            )
        nonce, sealed = self[2 : 2 + NONCE_BYTES], self[2 + NONCE_BYTES :]
        return key.decrypt(nonce, sealed, _bound(table, column, row_id)).decode()


def seal(text: str, table: str, column: str, row_id: int) -> Sealed:
    ring = _keyring()
    nonce = os.urandom(NONCE_BYTES)
    cipher = ring.ciphers[ring.newest].encrypt(nonce, text.encode(), _bound(table, column, row_id))
    return Sealed(bytes((FORMAT, ring.newest)) + nonce + cipher)


def blind(kind: str, normalised: str) -> bytes:
    """The keyed hash under which a value is found again; the kind keeps a phone from matching a
    name."""
    # A borrower has ten keys and a book a million borrowers: the key itself is hashed once.
    begun = _keyring().index.copy()
    begun.update(f"{kind}:{normalised}".encode())
    return begun.digest()[:DIGEST_BYTES]


class PersonalField(fields.BinaryField[bytes]):
    """BYTEA that takes only sealed values: nobody writes clear text into it by mistake."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        assert value is None or isinstance(value, Sealed), f"{self.model_field_name} is not sealed"
        return value

    def to_python_value(self, value: Any) -> Any:
        return None if value is None else Sealed(value)


def mask_name(name: str) -> str:
    """林思远 → 林**, Ada Lovelace → A** L**."""
    if not name.isascii() and " " not in name:
        return name[:1] + "*" * max(len(name) - 1, 1)
    return " ".join(part[:1] + "**" for part in name.split())


def mask_phone(phone: str) -> str:
    """13812341234 → 138****1234."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 9 else "****" + phone[-2:]


def mask_id_number(id_number: str) -> str:
    """Of a short one nothing: its end would be half of it."""
    return "*" * (len(id_number) - 4) + id_number[-4:] if len(id_number) >= 8 else "****"


def mask_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"


@dataclass(frozen=True, slots=True)
class _Keyring:
    ciphers: Mapping[int, AESGCM] = field(repr=False)
    newest: int
    index: hmac.HMAC = field(repr=False)


@cache
def _keyring() -> _Keyring:
    keys = _personal_keys()
    return _Keyring(
        ciphers={id: AESGCM(key) for id, key in keys.items()},
        newest=next(iter(keys)),
        index=hmac.new(
            _key(settings().personal_index_key, "personal_index.key"), digestmod=hashlib.sha256
        ),
    )


def _personal_keys() -> dict[int, bytes]:
    """Newest first; a setting without ids is key 1."""
    text = settings().personal_keys.get_secret_value()
    if ":" not in text:
        return {1: _key(settings().personal_keys, "personal.key")}
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        id, _, key = (word.strip() for word in part.partition(":"))
        # One byte of each value says which key it is.
        if not (id.isascii() and id.isdecimal() and int(id) < 256):
            raise KeyMissing(
                "Each of AFTERLOAN_PERSONAL_KEYS is a number from 0 to 255, a colon and a key."
            )
        if int(id) in keys:
            raise KeyMissing(f"AFTERLOAN_PERSONAL_KEYS has key {int(id)} twice.")
        keys[int(id)] = _decoded(key)
    return keys


def _key(setting: SecretStr, file: str) -> bytes:
    if text := setting.get_secret_value():
        return _decoded(text)
    if not settings().is_development:
        raise KeyMissing(
            "Set AFTERLOAN_PERSONAL_KEYS and AFTERLOAN_PERSONAL_INDEX_KEY"
            " to 32 random bytes in base64 each."
        )
    return _made_once(settings().home / file)


def _made_once(path: Path) -> bytes:
    """In development the keys live in the state folder, readable by its owner only.

    Linked into its place when it is whole: of two processes that make one at once, the slower takes
    the other's, and nobody ever reads half a key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        os.unlink(made)
    return _decoded(path.read_text())


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        # Without the error itself, which would bring the key along.
        raise KeyMissing("A key is written in base64; this one is not.") from None
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"A key has {KEY_BYTES} bytes in base64; this one has {len(key)}.")
    return key


def _bound(table: str, column: str, row_id: int) -> bytes:
    return f"{table}.{column}:{row_id}".encode()
