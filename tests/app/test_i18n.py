import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app import i18n
from app.i18n import gettext as _
from app.i18n import ngettext, normalized, preferred, set_language, speaking, translate
from tests import words

HAN = re.compile(r"[一-鿿]")
# A mark of the other script right after a Han character, as an English keyboard would leave it.
FOREIGN_MARK = re.compile(r"[一-鿿][,;:?!](?!//)|[一-鿿]\(|\([一-鿿]")
FIELD = re.compile(r"%\((\w+)\)s|\{(\w*)[^{}]*\}")
# The same word in both languages: names of formats and things.
SAME_IN_BOTH = {"XLSX", "CSV", "PDF", "GraphQL", "API", "OpenID Connect", "SSO"}


def entries() -> list[tuple[Path, Message]]:
    found = []
    for path in words.catalogues():
        with path.open("rb") as lines:
            found += [(path, message) for message in read_po(lines) if message.id]
    return found


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def fields(text: str) -> set[str]:
    return {named or braced for named, braced in FIELD.findall(text)}


def test_every_text_has_its_chinese() -> None:
    translated = {message.id for _path, message in entries() if all(forms(message.string))}
    missing = [
        f"{places[0]}: {text}" for text, places in words.texts().items() if text not in translated
    ]
    assert not missing, "texts without Chinese:\n" + "\n".join(sorted(missing))


def test_no_chinese_is_left_of_texts_that_are_gone() -> None:
    used = words.texts()
    left = [f"{path.name}: {message.id}" for path, message in entries() if message.id not in used]
    assert not left, "nobody says this any more:\n" + "\n".join(left)


def test_chinese_reads_as_chinese() -> None:
    wrong = []
    for path, message in entries():
        for text in forms(message.string):
            known = text in SAME_IN_BOTH or not re.search(
                r"[A-Za-z]{2}", "".join(forms(message.id))
            )
            if not known and not HAN.search(FIELD.sub("", text)) and not FIELD.search(text):
                wrong.append(f"{path.name}: no Chinese in “{text}”")
            if FOREIGN_MARK.search(text):
                wrong.append(f"{path.name}: half-width mark in “{text}”")
            if "“" in text or "..." in text:
                wrong.append(f"{path.name}: write 「」 and … in “{text}”")
    assert not wrong, "\n".join(wrong)


def test_both_languages_have_the_same_fields() -> None:
    wrong = [
        f"{path.name}: {message.id!r} → {text!r}"
        for path, message in entries()
        for text in forms(message.string)
        if fields(text) != fields(forms(message.id)[-1])
    ]
    assert not wrong, "\n".join(wrong)


def test_one_text_has_one_chinese() -> None:
    """Files are merged, so two capabilities must not contradict each other."""
    first: dict[object, tuple[Path, object]] = {}
    wrong = []
    for path, message in entries():
        key = forms(message.id)
        other, string = first.setdefault(key, (path, message.string))
        if string != message.string:
            wrong.append(f"{message.id!r}: {other.name} {string!r}, {path.name} {message.string!r}")
    assert not wrong, "\n".join(wrong)


def test_click_still_says_what_we_translate_for_it() -> None:
    assert set(words.OF_CLICK) - words.said_by_click() == set()


def test_no_text_is_marked_in_other_ways() -> None:
    """Found so that the checks above cannot pass because nothing was found."""
    assert len(words.texts()) > 100
    assert len(words.catalogues()) > 0


def test_a_text_is_said_in_the_readers_language() -> None:
    with speaking("zh-CN"):
        assert _("Sign out") == "退出登录"
        assert ngettext("{n} row", "{n} rows", 3) == "3 行"
    with speaking("en"):
        assert _("Sign out") == "Sign out"
        assert ngettext("{n} row", "{n} rows", 1) == "1 row"
        assert ngettext("{n} row", "{n} rows", 3) == "3 rows"


def test_a_language_named_at_the_call_wins_over_the_readers() -> None:
    with speaking("en"):
        assert translate("Sign out", "zh") == "退出登录"


def test_fields_are_filled_and_only_when_given() -> None:
    with speaking("en"):
        assert _("Show {n} more", n=38) == "Show 38 more"
        assert translate("Show {n} more") == "Show {n} more"


def test_speaking_ends_with_its_block() -> None:
    set_language("en")
    with speaking("zh-CN"):
        assert i18n.current_language() == "zh-CN"
    assert i18n.current_language() == "en"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh-CN"),
        ("zh_CN", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("fr", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_is_known_by_its_many_names(tag: str | None, language: str | None) -> None:
    assert normalized(tag) == language


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh;q=0.3,en;q=0.5", "en"),
        ("fr;q=0.9,de", "en"),
        ("en;q=0,zh;q=0.1", "zh-CN"),
        ("en;q=x, zh", "zh-CN"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_a_browser_is_spoken_to_in_the_language_it_likes_best(
    accept_language: str, language: str
) -> None:
    assert preferred(accept_language) == language
