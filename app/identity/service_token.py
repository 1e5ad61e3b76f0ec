"""How a service token is written: `afl_<id>_<secret>_<checksum>`.

The id finds its row, the secret is compared as a hash, and the checksum tells a mistyped or cut-off
token (and
helps a scanner find a leaked one) without a question to the database."""

import hashlib
import re
import secrets
import zlib
from typing import NamedTuple

PREFIX = "afl"
SECRET_BYTES = 24
_SHAPE = re.compile(
    rf"{PREFIX}_([1-9][0-9]{{0,17}})_([0-9a-f]{{{SECRET_BYTES * 2}}})_([0-9a-f]{{8}})"
)


class Written(NamedTuple):
    id: int
    hash: str


def new_service_token(id: int) -> str:
    body = f"{PREFIX}_{id}_{secrets.token_hex(SECRET_BYTES)}"
    return f"{body}_{_checksum(body)}"


def looks_like_service_token(text: str) -> bool:
    return text.startswith(f"{PREFIX}_")


def read_service_token(text: str) -> Written | None:
    """Nothing when it was not written by us, or not copied whole."""
    found = _SHAPE.fullmatch(text)
    if found is None or _checksum(text.rpartition("_")[0]) != found[3]:
        return None
    return Written(int(found[1]), hash_of(text))


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
