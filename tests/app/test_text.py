"""The texts of every order: what cannot be kept is refused by name, before the database sees it."""

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from app.text import TextNotKept, TextRefused, TextTooLong, bounds_of, is_kept, refusal_of_texts
from app.verb import VERBS
from tests.app.test_verb import KEY, every_row, every_verb, said
from tests.scenario import SCENARIOS
from tests.scenario.scene import SYSTEM, make_scene

# NUL, half a surrogate pair, a line break, an escape, C1, and Unicode's own line separator.
BAD = ["a\0", "\ud800", "a\nb", "\x1b[", "\x85", "\u2028"]
TEXTS = sorted((name, field) for name, verb in every_verb().items() for field in verb.bounds)


def with_text(order: Any, field: str, text: str) -> Any:
    value = [text] if isinstance(getattr(order, field), list) else text
    return msgspec.structs.replace(order, **{field: value})


def test_there_are_texts_to_walk() -> None:
    assert len(TEXTS) >= 18
    assert {("payment.post", "channel"), ("payment.post", "reference")} < set(TEXTS)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("name", "field"), TEXTS, ids=[".".join(pair) for pair in TEXTS])
async def test_what_cannot_be_kept_is_refused_by_name(name: str, field: str) -> None:
    verb = VERBS[name]
    good = await SCENARIOS[name][0](await make_scene("system"))
    before = await every_row()
    most = verb.bounds[field]
    wanted: list[tuple[str, type[TextRefused]]] = [("林" * (most + 1), TextTooLong)]
    wanted += [(text, TextNotKept) for text in BAD]
    for text, error in wanted:
        order = with_text(good, field, text)
        foreseen = await verb.may(SYSTEM, order)
        with pytest.raises(error) as met:
            await verb(SYSTEM, order, key=KEY)
        assert met.value.facts["field"] == field
        assert said(met.value) == said(foreseen)
    assert await every_row() == before


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("name", "field"), TEXTS, ids=[".".join(pair) for pair in TEXTS])
async def test_what_is_just_short_enough_finds_room(name: str, field: str) -> None:
    """The verb may have its own reasons to refuse it; the database has none."""
    verb = VERBS[name]
    good = await SCENARIOS[name][0](await make_scene("system"))
    order = with_text(good, field, "林" * verb.bounds[field])
    if (name, field) == ("import.ask", "digest"):
        order = with_text(good, field, "ab" * 32)
    refusal = await verb.may(SYSTEM, order)
    assert not isinstance(refusal, TextRefused)
    # A side of the book is our own word, never anybody's text.
    if refusal is None and (name, field) != ("import.write", "side"):
        await verb(SYSTEM, order, key=KEY)


def test_names_of_all_peoples_are_kept() -> None:
    for text in ("", "林思远", "Éva O’Neil", "买买提·艾力", "a\u3000b", "👨‍👩‍👧", "\u200fعلي"):
        assert is_kept(text)
    for text in BAD:
        assert not is_kept(text)


class Longer(msgspec.Struct):
    one: Annotated[str, Meta(max_length=2)]
    many: list[Annotated[str, Meta(max_length=3)]]
    perhaps: Annotated[str, Meta(max_length=4)] | None
    number: int


class Boundless(msgspec.Struct):
    one: str


class Hidden(msgspec.Struct):
    one: dict[str, int]


def test_lists_and_what_may_be_missing_are_texts_too() -> None:
    bounds = bounds_of(Longer)
    assert bounds == {"one": 2, "many": 3, "perhaps": 4}
    assert refusal_of_texts(Longer("ab", ["abc"], None, 1), bounds) is None
    refusal = refusal_of_texts(Longer("ab", ["abc", "abcd"], None, 1), bounds)
    assert refusal is not None
    assert refusal.facts == {"field": "many", "most": 3}


def test_an_order_says_how_long_its_texts_may_be() -> None:
    with pytest.raises(AssertionError, match="one does not say how long"):
        bounds_of(Boundless)
    with pytest.raises(AssertionError, match="one might hide a text"):
        bounds_of(Hidden)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "“Reference” has more than 120 characters. Say it more briefly."),
        ("zh-CN", "「流水号」超过 120 个字符。 请写得简短些。"),
    ],
)
def test_it_is_said_in_the_readers_words(language: str, words: str) -> None:
    refusal = TextTooLong(field="reference", most=120)
    assert f"{refusal.render(language)} {refusal.render_mend(language)}" == words
