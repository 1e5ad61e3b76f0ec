"""What somebody typed into the one search box, and by which keys it may be meant. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.customer.models import KeyKind
from app.customer.search_key import (
    HAN,
    ID_LENGTH_MIN,
    PHONE_DIGITS_MIN,
    PREFIX_LENGTH,
    TAIL_LENGTH,
    Term,
    plain_email,
    plain_han,
    plain_id_number,
    plain_order,
    plain_phone,
    plain_pinyin,
    plain_words,
    surname_terms,
)
from app.number import NumberMistyped, PrintedNumber, parse_number

TEXT_LENGTH_MAX = 120
INITIALS_LENGTH_MAX = 6
SOURCE_LENGTH_MAX = 80

_TAIL = re.compile(r"\d{4}|\d{3}[xX]", re.ASCII)
_PHONE = re.compile(r"\+?[\d\s().-]+", re.ASCII)
_ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]", re.ASCII)
_LETTERS = re.compile(r"[^\W\d_]")


class Sought(StrEnum):
    """What the text looks like; said beside the box, and kept in the audit log instead of it."""

    number = "number"
    source = "source"
    phone = "phone"
    tail = "tail"
    id_number = "id_number"
    email = "email"
    name = "name"
    latin = "latin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    sought: Sought
    # A number of ours, its check digits right.
    printed: PrintedNumber | None = None
    # Looks like a number of ours, but its check digits do not fit.
    mistyped: NumberMistyped | None = None
    # As the source system may have numbered a loan or a borrower.
    source: str = ""
    terms: tuple[Term, ...] = ()


def read_question(text: str) -> Question | None:
    """None for what is too short to mean anybody."""
    text = unicodedata.normalize("NFKC", text[:TEXT_LENGTH_MAX]).strip()
    if HAN.search(text):
        return _named(text)
    if len(text) < PREFIX_LENGTH or not any(character.isalnum() for character in text):
        return None
    try:
        printed = parse_number(text)
    except NumberMistyped as mistyped:
        return Question(sought=Sought.number, mistyped=mistyped, source=text)
    if printed is not None:
        return Question(sought=Sought.number, printed=printed, source=text)
    if "@" in text:
        return Question(sought=Sought.email, terms=((KeyKind.email, plain_email(text)),))
    if _TAIL.fullmatch(text):
        tail = text.upper()
        terms = ((KeyKind.id_tail, tail), (KeyKind.phone_tail, tail))
        return Question(
            sought=Sought.tail, source=text, terms=terms if tail.isdigit() else terms[:1]
        )
    return _numbered(text) or _latin(text)


def _named(text: str) -> Question:
    """One character is a surname."""
    name = plain_han(text)
    return Question(sought=Sought.name, source=_source(text), terms=((KeyKind.name, name),))


def _numbered(text: str) -> Question | None:
    """Digits: a phone, an identity card, or a number of the source system."""
    if _ID_NUMBER.fullmatch(text):
        id_number = (KeyKind.id_number, plain_id_number(text))
        phone = (KeyKind.phone, plain_phone(text))
        terms = (id_number, phone) if text.isdigit() else (id_number,)
        return Question(sought=Sought.id_number, source=text, terms=terms)
    if not _PHONE.fullmatch(text):
        return None
    digits = plain_phone(text)
    if len(digits) < PHONE_DIGITS_MIN:
        return Question(sought=Sought.source, source=_source(text))
    terms = ((KeyKind.phone, digits), (KeyKind.id_number, plain_id_number(text)))
    return Question(sought=Sought.phone, source=_source(text), terms=terms)


def _latin(text: str) -> Question | None:
    words = plain_words(text)
    if not words:
        return None
    if not _LETTERS.search(text) or (any(map(str.isdigit, text)) and len(words) == 1):
        return _coded(text)
    return Question(
        sought=Sought.latin, source=_source(text), terms=tuple(dict.fromkeys(_latin_terms(words)))
    )


def _coded(text: str) -> Question:
    """Letters and digits in one word: a source system's number, or a passport's."""
    terms: tuple[Term, ...] = ()
    id_number = plain_id_number(text)
    if len(id_number) >= ID_LENGTH_MIN:
        terms = ((KeyKind.id_number, id_number),)
    return Question(sought=Sought.source, source=_source(text), terms=terms)


def _latin_terms(words: list[str]) -> Iterator[Term]:
    joined = "".join(words)
    yield KeyKind.name, plain_order(words)
    yield KeyKind.pinyin, plain_pinyin(joined)
    if len(words) == 2:
        # Siyuan Lin is 林思远 too.
        yield KeyKind.pinyin, plain_pinyin(words[1] + words[0])
    if len(words) == 1:
        yield from surname_terms(plain_pinyin(joined))
    if len(joined) <= INITIALS_LENGTH_MAX and (len(words) == 1 or len(joined) == len(words)):
        yield KeyKind.initials, joined


def _source(text: str) -> str:
    return text if len(text) <= SOURCE_LENGTH_MAX and not any(map(str.isspace, text)) else ""


assert TAIL_LENGTH == 4, "the tail's pattern says four"
