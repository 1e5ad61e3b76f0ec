"""The ids the API gives out: opaque, typed, versioned, and checked before anything is looked up.

An id carries borrower and row, as every key of a borrower's table does."""

import base64
import binascii
import struct
import zlib
from enum import IntEnum
from typing import NamedTuple

import strawberry

from api.code import Code
from api.refusal import Refused

VERSION = 1
_BODY = struct.Struct(">BBqq")
_CHECKSUM = struct.Struct(">H")
_LENGTH = 27  # of 20 bytes in base64 without padding


class Kind(IntEnum):
    """Never renumbered: ids are kept by others for years."""

    Customer = 1
    Loan = 2
    Payment = 3
    Case = 4
    Instalment = 5


class Identifier(NamedTuple):
    kind: Kind
    customer_id: int
    id: int


def encode(kind: Kind, customer_id: int, id: int) -> strawberry.ID:
    body = _BODY.pack(VERSION, kind, customer_id, id)
    return strawberry.ID(_base64(body + _checksum(body)))


def decode(text: str, *, argument: str) -> Identifier:
    """Refuses what is not, letter by letter, an id we gave out."""
    identifier = _read(text)
    if identifier is None:
        raise Refused(Code.INVALID_ID, f"'{argument}' is not an id of ours.", argument=argument)
    return identifier


def decode_as(kind: Kind, text: str, *, argument: str) -> Identifier:
    identifier = decode(text, argument=argument)
    if identifier.kind is not kind:
        raise Refused(
            Code.WRONG_ID_TYPE,
            f"'{argument}' takes the id of a {kind.name}, not of a {identifier.kind.name}.",
            argument=argument,
            expected=kind.name,
            actual=identifier.kind.name,
        )
    return identifier


def _read(text: str) -> Identifier | None:
    if len(text) != _LENGTH or not text.isascii():
        return None
    try:
        packed = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    body = packed[: _BODY.size]
    if packed[_BODY.size :] != _checksum(body) or _base64(packed) != text:
        return None
    version, kind, customer_id, id = _BODY.unpack(body)
    if version != VERSION or kind not in set(Kind) or customer_id <= 0 or id <= 0:
        return None
    return Identifier(Kind(kind), customer_id, id)


def _base64(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _checksum(body: bytes) -> bytes:
    """Against slips of the pen, not against forgers: what an id names is checked anyway."""
    return _CHECKSUM.pack(zlib.crc32(body) & 0xFFFF)
