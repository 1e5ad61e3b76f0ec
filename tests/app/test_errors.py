"""Every refusal of ours: a name that is its own, a status of its family, words in both languages
that need no more than what it carries."""

import string
from collections.abc import Iterator
from functools import cache

import pytest

from app.errors import (
    AfterloanError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from app.i18n import LANGUAGES, translate
from tests import words

FAMILIES: dict[type[AfterloanError], set[int]] = {
    # A body that is too large is invalid too.
    Invalid: {422, 413},
    # Known, but not let in.
    Unauthenticated: {401, 403},
    Forbidden: {403},
    NotFound: {404},
    Conflict: {409},
    TooMany: {429},
    Unavailable: {503},
}
# What one types into a field and what a program sends: the same fault, said in other words.
SHARED = {
    "AMOUNT_TOO_LARGE": {"AmountTooLarge", "PaymentTooLarge"},
    "PAYMENT_NOT_FOUND": {"PaymentNotFound", "PaymentUnknown"},
}


def below(kind: type[AfterloanError]) -> Iterator[type[AfterloanError]]:
    for found in kind.__subclasses__():
        yield found
        yield from below(found)


@cache
def ours() -> list[type[AfterloanError]]:
    words.texts()  # imports every module
    return [kind for kind in below(AfterloanError) if kind.__module__.startswith(("app", "views"))]


def test_each_code_belongs_to_one_refusal() -> None:
    names: dict[str, set[str]] = {}
    for kind in ours():
        if "code" in vars(kind):
            names.setdefault(kind.code, set()).add(kind.__name__)
    assert len(names) > 60
    assert {code: found for code, found in names.items() if len(found) > 1} == SHARED
    for code in names:
        assert set(code) <= set(string.ascii_uppercase + string.digits + "_")


def test_each_refusal_has_the_status_of_its_family() -> None:
    for kind in ours():
        for family, status_codes in FAMILIES.items():
            if issubclass(kind, family):
                assert kind.status_code in status_codes, kind.__name__


def test_each_refusal_has_words() -> None:
    for kind in ours():
        assert kind.text, f"{kind.__name__} says nothing"


def test_words_in_every_language_need_the_same_facts() -> None:
    for kind in ours():
        for text in (kind.text, kind.mend):
            for language in LANGUAGES:
                assert fields(translate(text, language)) <= fields(text), kind.__name__


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_refusal_says_what_and_how_to_mend_it() -> None:
    class CupEmpty(Conflict):
        code = "CUP_EMPTY"
        text = "Cup {number} is empty."
        mend = "Fill cup {number}."

    refusal = CupEmpty(number=7)
    assert (str(refusal), refusal.render_mend("en")) == ("Cup 7 is empty.", "Fill cup 7.")
    assert refusal.facts == {"number": 7}


@pytest.mark.parametrize(
    ("refusal", "english", "chinese"),
    [
        (Stale(), "This was changed meanwhile.", "有人改动过"),
        (Forbidden(permission="day.close"), "Your role does not allow this.", "权限"),
        (NotFound(), "There is no such record", "没有"),
    ],
)
def test_it_speaks_the_readers_language(
    refusal: AfterloanError, english: str, chinese: str
) -> None:
    assert refusal.render("en").startswith(english)
    shown = refusal.render("zh-CN") + refusal.render_mend("zh-CN")
    assert chinese in shown
    assert str(refusal).startswith(english)


def test_what_has_no_mend_offers_none() -> None:
    assert Conflict().render_mend("en") == ""
