"""The texts of an order: how long each may be, and what none may hold.

A verb refuses them by name before anything of it reaches the database, whoever says the verb."""

import unicodedata
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import inspect

from app.errors import AfterloanError, Invalid
from app.i18n import N_, translate
from app.operation.audit_words import field as field_name

# Control characters (NUL, line breaks, escapes), halves of surrogate pairs, and Unicode's own line
# and paragraph separators. PostgreSQL refuses some of them, and all of them break a line in two.
_NOT_KEPT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_HOLDS_NO_TEXT = (
    inspect.IntType,
    inspect.BoolType,
    inspect.DateType,
    inspect.EnumType,
    inspect.NoneType,
)


class TextRefused(Invalid):
    """`field` is the order's own name for it."""

    def render(self, language: str | None = None) -> str:
        facts = {**self.facts, "field": field_name(self.facts["field"], language)}
        return translate(self.text, language).format(**facts)


class TextTooLong(TextRefused):
    code = "TEXT_TOO_LONG"
    text = N_("“{field}” has more than {most} characters.")
    mend = N_("Say it more briefly.")


class TextNotKept(TextRefused):
    code = "BAD_TEXT"
    text = N_("“{field}” holds a line break or another character that cannot be kept.")
    mend = N_("Write it anew, in one line.")


def bounds_of(order_type: type[msgspec.Struct]) -> Mapping[str, int]:
    """Each field that holds text, with the most characters it may have."""
    described = inspect.type_info(order_type)
    assert isinstance(described, inspect.StructType)
    found = ((field.name, _bound(field.type, field.name)) for field in described.fields)
    return {name: most for name, most in found if most is not None}


def refusal_of_texts(order: msgspec.Struct, bounds: Mapping[str, int]) -> AfterloanError | None:
    for name, most in bounds.items():
        for text in _texts(getattr(order, name)):
            if len(text) > most:
                return TextTooLong(field=name, most=most)
            if not is_kept(text):
                return TextNotKept(field=name)
    return None


def is_kept(text: str) -> bool:
    return text.isprintable() or not any(unicodedata.category(c) in _NOT_KEPT for c in text)


def _bound(kind: inspect.Type, name: str) -> int | None:
    if isinstance(kind, inspect.StrType):
        assert kind.max_length, f"{name} does not say how long it may be"
        return kind.max_length
    if isinstance(kind, inspect.ListType):
        return _bound(kind.item_type, name)
    if isinstance(kind, inspect.UnionType):
        return max((most for one in kind.types if (most := _bound(one, name))), default=None)
    assert isinstance(kind, _HOLDS_NO_TEXT), f"{name} might hide a text"
    return None


def _texts(value: str | list[str] | None) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        yield from value or ()
