"""Under which keys a borrower is found again: one normalisation for who writes them and who seeks.

The directory holds keyed hashes only, so what is typed must come out of here exactly as what was
imported did."""

import re
import unicodedata
from collections.abc import Iterator

from app.customer.models import KeyKind
from app.customer.reading import PERSON_LENGTH_MAX, characters_read, readings
from app.personal import blind

# What is hashed, and under which kind.
Term = tuple[KeyKind, str]
Key = tuple[KeyKind, bytes]

TAIL_LENGTH = 4
PREFIX_LENGTH = 2
# Of a name of Han characters so many syllables are a beginning worth a key: 欧阳, 林思.
SYLLABLES_MIN = 2
PHONE_DIGITS_MIN = 7
ID_LENGTH_MIN = 6
# Longer than any name of a person; of a company's the beginning will do.
NAME_LENGTH_MAX = 80
WORDS_MAX = 6

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
# Parts of a name written in Han characters: 买买提·艾力.
_DOT = re.compile("[·•・‧∙․]")
_SPACE_OR_SIGN = re.compile(r"[\W_]+")
_APOSTROPHE = re.compile("['’ʼ`´]")
_WORD = re.compile(r"[^\W_]+")
_EXTENSION = re.compile(r"(?:ext|x|#|转|分机).*", re.IGNORECASE | re.DOTALL)
_NO_DIGIT = re.compile(r"\D+", re.ASCII)
_MOBILE = re.compile(r"(?:(?:00)?86|0)?(1[3-9]\d{9})", re.ASCII)
_NO_ID_SIGN = re.compile(r"[^0-9A-Z*]+")


def keys_of(
    name: str | None = None,
    phone: str | None = None,
    id_number: str | None = None,
    email: str | None = None,
    source_key: str | None = None,
) -> list[Key]:
    """Every row of the directory that one borrower has, each once."""
    terms: list[Term] = []
    if source_key and (source := source_key.strip()):
        terms.append((KeyKind.source, source))
    if phone:
        terms += phone_terms(phone)
    if id_number:
        terms += id_number_terms(id_number)
    if email and "@" in email:
        terms.append((KeyKind.email, plain_email(email)))
    if name:
        terms += name_terms(name)
    return digests(terms)


def digests(terms: list[Term]) -> list[Key]:
    return [(kind, blind(kind.value, text)) for kind, text in dict.fromkeys(terms)]


def phone_terms(phone: str) -> list[Term]:
    digits = plain_phone(phone)
    if len(digits) < PHONE_DIGITS_MIN:
        return []
    tail = (KeyKind.phone_tail, digits[-TAIL_LENGTH:])
    # A lender may hand numbers over masked: 138****1234 is still found by its tail.
    return [tail] if "*" in phone else [(KeyKind.phone, digits), tail]


def id_number_terms(id_number: str) -> list[Term]:
    text = plain_id_number(id_number)
    if len(text) < ID_LENGTH_MIN:
        return []
    tail = text[-TAIL_LENGTH:]
    tails = [] if "*" in tail else [(KeyKind.id_tail, tail)]
    return tails if "*" in text else [(KeyKind.id_number, text), *tails]


def name_terms(name: str) -> list[Term]:
    text = unicodedata.normalize("NFKC", name[:NAME_LENGTH_MAX]).casefold()
    return list(_han_terms(text) if HAN.search(text) else _latin_terms(plain_words(text)))


def surname_terms(syllable: str) -> list[Term]:
    """A surname in pinyin is looked up by every character that is read so: no borrower needs one
    more key for it."""
    return [(KeyKind.name, character) for character in characters_read(syllable)]


def plain_phone(phone: str) -> str:
    """Digits only; a mainland number without its country code, however that was written."""
    digits = phone
    if not (phone.isascii() and phone.isdigit()):
        text = unicodedata.normalize("NFKC", phone)
        digits = _NO_DIGIT.sub("", _EXTENSION.sub("", text))
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    return digits[2:] if digits.startswith("00") else digits


def plain_id_number(id_number: str) -> str:
    if not (id_number.isascii() and id_number.isalnum()):
        id_number = unicodedata.normalize("NFKC", id_number)
    return _NO_ID_SIGN.sub("", id_number.upper())


def plain_email(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()


def plain_words(text: str) -> list[str]:
    """The words of a name in letters, without accents: Éva-Maria O’Neil → eva maria oneil."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _WORD.findall(_APOSTROPHE.sub("", text.casefold()))[:WORDS_MAX]


def plain_han(text: str) -> str:
    """A name with Han characters without its spaces and signs."""
    return _SPACE_OR_SIGN.sub("", unicodedata.normalize("NFKC", text).casefold())


def plain_pinyin(syllables: str) -> str:
    """吕 is lv on a keyboard and lyu in a passport. L and n end no syllable before yu in a way that
    matters: both sides are folded alike."""
    return syllables.replace("lyu", "lv").replace("nyu", "nv")


def plain_order(words: list[str]) -> str:
    """Given name first or last: both are the same name."""
    return " ".join(sorted(words))


def _han_terms(text: str) -> Iterator[Term]:
    whole = _SPACE_OR_SIGN.sub("", text)
    yield KeyKind.name, whole
    if len(whole) > PREFIX_LENGTH:
        yield KeyKind.name, whole[:PREFIX_LENGTH]
    if len(whole) > 1:
        # The surname alone; of 欧阳 its beginning.
        yield KeyKind.name, whole[:1]
    if len(parts := _DOT.split(text)) > 1:
        yield from ((KeyKind.name, part) for part in map(plain_han, parts) if len(part) > 1)
    for syllables in readings(whole):
        yield KeyKind.pinyin, plain_pinyin("".join(syllables))
        yield from ((KeyKind.pinyin, plain_pinyin(begun)) for begun in _beginnings(syllables))
        if len(syllables) > 1:
            yield KeyKind.initials, "".join(syllable[0] for syllable in syllables)


def _beginnings(syllables: tuple[str, ...]) -> Iterator[str]:
    """lin|si|yuan → linsi. One syllable alone needs no key: `surname_terms` finds it by the
    characters it may be. Of a company's name the first words will do."""
    longest = len(syllables) if len(syllables) <= PERSON_LENGTH_MAX else SYLLABLES_MIN + 1
    for length in range(SYLLABLES_MIN, longest):
        yield "".join(syllables[:length])


def _latin_terms(words: list[str]) -> Iterator[Term]:
    if not words:
        return
    yield KeyKind.name, plain_order(words)
    yield KeyKind.pinyin, plain_pinyin("".join(words))
    if len(words) == 1:
        return
    yield from ((KeyKind.name, word) for word in words if len(word) > 1)
    if len(words) > 2:
        # Middle names are seldom said.
        yield KeyKind.name, plain_order([words[0], words[-1]])
    yield KeyKind.initials, "".join(word[0] for word in words)
