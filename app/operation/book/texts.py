"""Text of a file: kept as it is, refused when it would harm whoever opens or sorts it later."""

import re
from collections.abc import Mapping
from decimal import Decimal

from app.operation.book.fault import ValueFault

# As long as the columns that hold them.
KEY_CHARS_MAX = 80
TEXT_CHARS_MAX = 2_000
CODES_SHOWN_MAX = 8

_FORMULA = re.compile(r"[=@]|[+-](?=[^\d\s(.])|\t|\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufeff]")
# What decoding leaves of bytes that are no character.
_BROKEN = re.compile(r"[\ud800-\udfff\ufffd]")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})\.\d{1,9}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
# What a spreadsheet leaves of 100006457919 when it thinks that a key is a number.
_SHORTENED = re.compile(r"\d([.,]\d+)?[eE]\+\d+", re.ASCII)


def read_text(text: str) -> str:
    if len(text) > TEXT_CHARS_MAX:
        raise ValueFault("TEXT_TOO_LONG", chars=len(text), most=TEXT_CHARS_MAX)
    if _FORMULA.match(text):
        raise ValueFault("TEXT_IS_FORMULA", sign=text[0])
    return text


def read_key(text: str) -> str:
    if len(text) > KEY_CHARS_MAX:
        raise ValueFault("TEXT_TOO_LONG", chars=len(text), most=KEY_CHARS_MAX)
    if not text.isalnum():
        if _FORMULA.match(text):
            raise ValueFault("TEXT_IS_FORMULA", sign=text[0])
        if _SHORTENED.fullmatch(text):
            raise ValueFault("KEY_SHORTENED")
    return text


def read_code(text: str, codes: Mapping[str, str]) -> str:
    """The neutral word of a code; the source system's own words are the mapping's business."""
    found = codes.get(text)
    if found is None:
        found = codes.get(text.casefold())
    if found is None:
        known = list(dict.fromkeys(codes))[:CODES_SHOWN_MAX]
        raise ValueFault("CODE_UNKNOWN", known=", ".join(known))
    return found


def fault_of_line(line: str) -> str | None:
    """What makes a whole line unusable: characters no text has."""
    if line.isascii():
        return "CONTROL_CHARACTER" if _CONTROL.search(line) else None
    if _BROKEN.search(line):
        return "BYTES_BROKEN"
    return "CONTROL_CHARACTER" if _CONTROL.search(line) else None


def is_broken(text: str) -> bool:
    return _BROKEN.search(text) is not None


def is_controlled(text: str) -> bool:
    return _CONTROL.search(text) is not None


def read_typed(text: str) -> int | bool | str | Decimal:
    """For columns that no mapping names. Digits with leading zeros are a code, and stay text."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return _BOOLEANS.get(text.lower(), read_text(text))
