import asyncio
from datetime import date
from itertools import product

import pytest

from app import database as db
from app.actor import Actor
from app.collection import news
from app.collection.actions import move_case
from app.collection.errors import CaseAlreadyThere, CaseChanged, CaseClosed, CaseNotFound
from app.collection.models import Stage
from app.collection.order import MoveCase, MovedCase
from app.collection.queries import cards
from app.errors import AfterloanError, Forbidden
from app.number import case_number
from app.permission import Permission, Role
from tests.app.collection.rows import (
    CaseKey,
    Office,
    make_case,
    make_office,
    stage_of,
    statements,
    team_case,
    written,
)
from tests.factories import BUSINESS_DATE, actor_of, client_of

pytestmark = pytest.mark.usefixtures("database")

NOTHING = {"case_event": 0, "live_event": 0, "audit_entry": 0, "outbox": 0, "idempotency": 0}
UNMOVED = ("to_contact", 1, date(2026, 3, 12))


@pytest.fixture
async def office() -> Office:
    return await make_office()


def to(key: CaseKey, stage: Stage = Stage.contacted, version: int = 1) -> MoveCase:
    return MoveCase(
        customer_id=key.customer_id, case_id=key.case_id, stage=stage, expected_version=version
    )


async def test_a_move_writes_the_stage_and_what_happened(office: Office) -> None:
    key = await team_case(office)
    with news.caused_by("tab-1"):
        outcome = await move_case(office.ada, to(key))
    assert outcome.result == MovedCase(
        customer_id=key.customer_id,
        case_id=key.case_id,
        from_stage=Stage.to_contact,
        stage=Stage.contacted,
        stage_since=BUSINESS_DATE,
        version=2,
    )
    assert await stage_of(key) == ("contacted", 2, BUSINESS_DATE)
    assert await db.row(
        "SELECT kind, from_stage, to_stage, business_date, actor FROM case_event"
        " WHERE customer_id = $1 AND case_id = $2", *key,
    ) == {
        "kind": "moved",
        "from_stage": "to_contact",
        "to_stage": "contacted",
        "business_date": BUSINESS_DATE,
        "actor": f"user:{office.ada.id}:Ada Lovelace",
    }  # fmt: skip
    assert await db.row("SELECT case_id, from_stage, to_stage, client_id FROM live_event") == {
        "case_id": key.case_id,
        "from_stage": "to_contact",
        "to_stage": "contacted",
        "client_id": "tab-1",
    }
    assert await written() == NOTHING | {"case_event": 1, "live_event": 1, "audit_entry": 1}


async def test_the_event_names_its_audit_entry(office: Office) -> None:
    key = await team_case(office)
    await move_case(office.ada, to(key))
    entry = await db.row("SELECT id, verb, customer_id, body FROM audit_entry")
    assert entry is not None
    assert (entry["verb"], entry["customer_id"]) == ("case.move", key.customer_id)
    assert '"from_stage":"to_contact"' in entry["body"]
    assert await db.value("SELECT audit_id FROM case_event") == entry["id"]


async def test_it_is_taken_back_by_moving_back(office: Office) -> None:
    key = await team_case(office)
    await move_case(office.ada, to(key))
    await move_case(office.ada, to(key, Stage.to_contact, version=2))
    assert (await stage_of(key))[:2] == ("to_contact", 3)


async def test_a_move_takes_few_statements(office: Office) -> None:
    key = await team_case(office)
    for _ in range(60):
        await team_case(office)
    with statements() as sent:
        await move_case(office.ada, to(key))
    assert len(sent) == 6, sent
    assert (sent[0], sent[-1]) == ("BEGIN;", "COMMIT;")


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("stage", [Stage.to_contact, Stage.legal])
@pytest.mark.parametrize("version", [1, 7])
async def test_the_answer_of_may_is_what_the_verb_does(
    office: Office, closed: bool, stage: Stage, version: int
) -> None:
    """For each state, each role; and the cards' answer, which asks no database, is the same."""
    people = [office.ada, office.grace, *(actor_of(role, id=office.ada.id) for role in Role)]
    for person in people:
        key = await team_case(office, closed=closed)
        order = to(key, stage, version)
        expected = await move_case.may(person, order)
        before = await written()
        did = await _refusal(person, order)
        assert type(did) is type(expected), (person.roles, did)
        assert (did is None) == (await written() != before)
        if not isinstance(expected, CaseNotFound):
            [card] = await cards([key], BUSINESS_DATE)
            fresh = to(key, stage, card.version)
            on_card = move_case.allows(person, card.subject, fresh)
            assert type(on_card) is type(await move_case.may(person, fresh))


async def _refusal(person: Actor, order: MoveCase) -> AfterloanError | None:
    try:
        await move_case(person, order)
    except AfterloanError as refusal:
        return refusal
    return None


async def test_a_closed_case_stays_where_it_is(office: Office) -> None:
    """The borrower paid while the card was in the air."""
    key = await team_case(office, closed=True)
    with pytest.raises(CaseClosed) as refused:
        await move_case(office.ada, to(key))
    assert refused.value.status_code == 409
    assert refused.value.facts["closed_on"] == BUSINESS_DATE
    assert await stage_of(key) == UNMOVED
    assert await written() == NOTHING


async def test_a_stale_version_is_told_who_was_quicker(office: Office) -> None:
    key = await team_case(office)
    await move_case(office.lead, to(key, Stage.promised))
    with pytest.raises(CaseChanged) as refused:
        await move_case(office.ada, to(key, Stage.legal))
    assert refused.value.facts["moved_by"] == "Edith Clarke"
    number = case_number(key.case_id)
    assert refused.value.render("en") == (
        f"Edith Clarke has moved case {number} to “Promise to pay” meanwhile."
    )
    assert "已先将案件" in refused.value.render("zh-CN")
    assert "「承诺还款」" in refused.value.render("zh-CN")
    assert (await stage_of(key))[:2] == ("promised", 2)
    assert (await written())["case_event"] == 1


async def test_a_version_nobody_raised_by_moving_is_the_systems_doing(office: Office) -> None:
    key = await team_case(office)
    await db.execute("UPDATE collection_case SET version = 5 WHERE customer_id = $1", key[0])
    with pytest.raises(CaseChanged) as refused:
        await move_case(office.ada, to(key))
    assert refused.value.facts["moved_by"] == ""
    assert refused.value.render("en").endswith("was changed meanwhile; it is in “To contact”.")


async def test_the_same_column_is_no_move(office: Office) -> None:
    key = await team_case(office)
    with pytest.raises(CaseAlreadyThere) as refused:
        await move_case(office.ada, to(key, Stage.to_contact))
    assert refused.value.status_code == 422
    assert refused.value.render("en").endswith("is in “To contact” already.")
    assert await stage_of(key) == UNMOVED
    assert await written() == NOTHING


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.collector, Role.lead}))
async def test_who_only_watches_moves_nothing(office: Office, role: Role) -> None:
    key = await team_case(office)
    with pytest.raises(Forbidden):
        await move_case(office.watcher(role), to(key))
    assert await stage_of(key) == UNMOVED
    assert await written() == NOTHING


async def test_another_teams_case_does_not_exist(office: Office) -> None:
    key = await team_case(office)
    with pytest.raises(CaseNotFound):
        await move_case(office.grace, to(key))
    assert await move_case.may(office.grace, to(key)) is not None
    assert await stage_of(key) == UNMOVED
    assert await written() == NOTHING


async def test_a_case_is_found_with_its_own_borrower_only(office: Office) -> None:
    """Two ids in one order: each is right by itself, together they are nobody's case."""
    mine, other = await team_case(office), await team_case(office)
    foreign = await make_case(branch_id=office.branch_id, team_id=office.other_team_id)
    pairs = [
        CaseKey(customer_id, case_id)
        for customer_id, case_id in product(
            (mine.customer_id, other.customer_id, foreign.customer_id, 0, 2**63 - 1),
            (mine.case_id, other.case_id, foreign.case_id, 0, 2**63 - 1),
        )
        if CaseKey(customer_id, case_id) not in (mine, other)
    ]
    for pair in pairs:
        with pytest.raises(CaseNotFound):
            await move_case(office.ada, to(pair))
    assert await written() == NOTHING


async def test_of_fifty_moves_at_once_one_wins(office: Office) -> None:
    key = await team_case(office)
    stages = [Stage.contacted, Stage.promised, Stage.negotiating, Stage.legal] * 13
    ended = await asyncio.gather(
        *(move_case(office.ada, to(key, stage)) for stage in stages[:50]), return_exceptions=True
    )
    won = [outcome for outcome in ended if not isinstance(outcome, BaseException)]
    assert len(won) == 1
    lost = [refusal for refusal in ended if isinstance(refusal, CaseChanged)]
    assert len(lost) == 49
    # Each was told by whom: the winner's row was not yet there when they asked.
    assert {refusal.facts["moved_by"] for refusal in lost} == {"Ada Lovelace"}
    assert {refusal.facts["stage"] for refusal in lost} == {won[0].result.stage}
    assert (await stage_of(key))[:2] == (won[0].result.stage, 2)
    assert await written() == NOTHING | {"case_event": 1, "live_event": 1, "audit_entry": 1}


async def test_the_same_order_with_a_key_is_done_once(office: Office) -> None:
    """An integrator's client repeats what it got no answer to."""
    key, client = await team_case(office), client_of(Permission.CASE_MOVE)
    first = await move_case(client, to(key), key="k-1")
    again = await move_case(client, to(key), key="k-1")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.result == first.result
    assert (await stage_of(key))[:2] == ("contacted", 2)
