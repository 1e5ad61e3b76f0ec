from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.collection.card import Card, CardPlace
from app.collection.models import Stage
from app.permission import Role
from tests.factories import actor_of

CARD = Card(
    customer_id=7,
    id=12,
    name="林思远",
    branch_id=1,
    team_id=2,
    assignee_id=3,
    assignee="Ada Lovelace",
    stage=Stage.promised,
    stage_since=date(2026, 3, 10),
    overdue_since=date(2026, 2, 23),
    overdue_minor=123_456,
    currency="CNY",
    overdue_other={},
    loan_count=2,
    last_contact_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
    next_action_on=date(2026, 3, 20),
    closed_on=None,
    version=4,
    on=date(2026, 3, 15),
)
PLACES = st.builds(CardPlace, st.dates(), st.integers(1, 2**63 - 1))


def test_days_are_counted_to_the_business_date() -> None:
    assert (CARD.days_late, CARD.days_in_stage) == (20, 5)


def test_a_next_step_is_told_when_its_day_has_come() -> None:
    """That of a promise always: money is to come on it."""
    assert CARD.follow_up_on == date(2026, 3, 20)
    called = replace(CARD, stage=Stage.contacted)
    assert called.follow_up_on is None
    assert replace(called, on=date(2026, 3, 20)).follow_up_on == date(2026, 3, 20)
    assert replace(CARD, next_action_on=None).follow_up_on is None


def test_a_place_sorts_as_text_as_it_sorts_as_a_place() -> None:
    assert str(CARD.place) == "2026-02-23.0000000000000000012"


@given(PLACES, PLACES)
def test_places_keep_their_order_in_writing(one: CardPlace, other: CardPlace) -> None:
    assert (one < other) == (str(one) < str(other))
    assert CardPlace.parse(str(one)) == one


@pytest.mark.parametrize("text", ["", "x", "2026-02-30.1", "2026-02-23", "2026-02-23.x", ".1"])
def test_a_mistyped_place_is_none(text: str) -> None:
    assert CardPlace.parse(text) is None


@pytest.mark.parametrize("role", [Role.collector, Role.lead, Role.credit_manager, Role.service])
def test_who_speaks_with_borrowers_sees_their_names(role: Role) -> None:
    assert CARD.seen_by(actor_of(role)).title == "林思远"


@pytest.mark.parametrize("role", [Role.management, Role.risk_officer])
def test_who_only_watches_sees_a_masked_name(role: Role) -> None:
    assert CARD.seen_by(actor_of(role)).title == "林**"


def test_a_borrower_without_a_name_goes_by_his_number() -> None:
    from dataclasses import replace

    nameless = replace(CARD, name="")
    assert nameless.seen_by(actor_of(Role.management)).title == nameless.title
    assert nameless.title.startswith("K0000007")
