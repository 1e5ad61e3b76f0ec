import pytest

from app.actor import ActorKind
from app.operation.audit_words import ACTOR_KINDS, DEEDS, FIELDS, deed, field, sentence
from tests.app.test_verb import every_verb
from tests.scenario import SCENARIOS


def test_every_verb_has_its_words_and_no_other() -> None:
    assert set(DEEDS) == set(every_verb()) == set(SCENARIOS)
    assert len({deed(verb, "en") for verb in DEEDS}) == len(DEEDS)
    assert len({deed(verb, "zh-CN") for verb in DEEDS}) == len(DEEDS)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_sentence_names_who_did_it(language: str) -> None:
    for verb in DEEDS:
        assert "何薇" in sentence(verb, "何薇", language)
        assert "{" not in sentence(verb, "何薇", language)


def test_who_could_have_done_it() -> None:
    assert set(ACTOR_KINDS) == {kind.value for kind in ActorKind}


def test_what_has_no_word_shows_its_own_name() -> None:
    assert field("amount_minor", "zh-CN") == "金额"
    assert field("a_new_one", "zh-CN") == "a_new_one"
    assert deed("old.verb", "en") == "old.verb"
    assert sentence("old.verb", "Ada", "en") == "Ada: old.verb"


def test_a_name_in_braces_is_only_a_name() -> None:
    assert sentence("case.move", "{verb}", "en") == "{verb} moved a case"


def test_every_word_is_used_by_some_order() -> None:
    orders = {name for verb in every_verb().values() for name in verb.order_type.__struct_fields__}
    noted = {
        "after", "amount_minor", "before", "from_stage", "value_on", "rows", "shard_count",
        "loans_changed", "loans_set_aside", "cases_changed", "reminders_planned", "token_id",
    }  # fmt: skip
    assert set(FIELDS) - orders - noted == set()
