"""A place in an ordered list, which nobody but us can make and no other list will take.

It holds the values of the order's columns at its row. It is bound to list, order and filter, so
that a cursor used elsewhere is refused instead of answering with the wrong rows."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from api.code import Code
from api.refusal import Refused
from app.personal import blind

VERSION = 1
_MAC_BYTES = 16
_LENGTH_MAX = 600


def encode(binding: str, values: Sequence[Any]) -> str:
    payload = msgspec.msgpack.encode([VERSION, *map(_plain, values)])
    return base64.urlsafe_b64encode(_mac(binding, payload) + payload).rstrip(b"=").decode()


def decode(text: str, binding: str, types: Sequence[type], *, argument: str) -> tuple[Any, ...]:
    """The values of the row it stands at. `types` are those of the order's columns."""
    packed = _unpacked(text)
    mac, payload = packed[:_MAC_BYTES], packed[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(binding, payload)):
        raise _invalid(argument)
    version, *values = msgspec.msgpack.decode(payload)
    if version != VERSION or len(values) != len(types):
        raise _invalid(argument)
    pairs = zip(values, types, strict=True)
    return tuple(None if v is None else msgspec.convert(v, t) for v, t in pairs)


def _invalid(argument: str) -> Refused:
    return Refused(
        Code.INVALID_CURSOR,
        f"'{argument}' is no cursor of this list with this filter and order.",
        argument=argument,
    )


def _unpacked(text: str) -> bytes:
    if len(text) > _LENGTH_MAX or not text.isascii():
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""


def _mac(binding: str, payload: bytes) -> bytes:
    return blind("cursor", f"{binding}\0{payload.hex()}")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
