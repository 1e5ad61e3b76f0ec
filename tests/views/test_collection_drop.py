"""What the drop of a card answers, and whom it refuses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from app import database as db
from app.collection.models import Stage
from app.collection.queries import CARDS_PER_PAGE
from app.identity.actions import open_session
from app.identity.order import OpenSession
from app.identity.session import person, session_cookie
from app.permission import Role
from app.settings import settings
from app.web.csrf import csrf_token
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
from tests.app.identity.browser import application as guarded
from tests.app.identity.browser import browser
from tests.views.board import BOARD, cards_in, dropped, gone_in, got, heads_in, text
from tests.views.client import PART
from views import collection as pages

pytestmark = pytest.mark.usefixtures("database")

NOTHING = {"case_event": 0, "live_event": 0, "audit_entry": 0, "outbox": 0, "idempotency": 0}
ANSWER_BYTES_MAX = 10_000


@pytest.fixture
async def office() -> Office:
    return await make_office()


async def test_a_drop_answers_the_card_two_heads_and_undo(office: Office) -> None:
    key = await team_case(office, name="王芳", overdue_minor=70_000)
    for _ in range(CARDS_PER_PAGE):
        await team_case(office, overdue_minor=1_000)
    answer = await dropped(office.ada, key)
    assert answer.status_code == 200
    assert cards_in(answer.text) == [key.case_id]
    assert 'data-version="2" data-in="contacted"' in answer.text
    assert heads_in(answer.text) == {
        "to_contact": "To contact 40 cases ¥400",
        "contacted": "Contacted 1 case ¥700",
    }
    assert f'data-undo="{key.customer_id}-{key.case_id}"' in answer.text
    assert "王芳 moved to “Contacted”" in text(answer.text)
    assert len(answer.content) <= ANSWER_BYTES_MAX
    assert (await stage_of(key))[:2] == ("contacted", 2)
    assert await db.value("SELECT client_id FROM live_event") == "tab-1"


async def test_heads_of_a_drop_follow_the_filter(office: Office) -> None:
    key = await team_case(office, days_late=40)
    await team_case(office, days_late=5, stage=Stage.contacted)
    answer = await dropped(office.ada, key, query="?bucket=2")
    assert heads_in(answer.text)["contacted"].startswith("Contacted 1 case")


async def test_undo_is_the_drop_back_with_the_new_version(office: Office) -> None:
    key = await team_case(office)
    await dropped(office.ada, key)
    answer = await dropped(office.ada, key, "to_contact", body={"version": "2"})
    assert answer.status_code == 200
    assert (await stage_of(key))[:2] == ("to_contact", 3)


async def test_of_two_drops_the_second_is_told_who_was_quicker(office: Office) -> None:
    key = await team_case(office)
    await dropped(office.lead, key, "promised")
    answer = await dropped(office.ada, key, "legal", language="zh-CN")
    assert answer.status_code == 409
    # The fresh card, at its new place, and every head.
    assert 'data-version="2" data-in="promised"' in answer.text
    assert set(heads_in(answer.text)) == set(Stage)
    assert "Edith Clarke 已先将案件" in text(answer.text)
    assert (await stage_of(key))[:2] == ("promised", 2)
    assert len(answer.content) <= ANSWER_BYTES_MAX


async def test_a_card_of_a_cured_borrower_is_taken_away(office: Office) -> None:
    key = await team_case(office, closed=True)
    answer = await dropped(office.ada, key)
    assert answer.status_code == 409
    assert (cards_in(answer.text), gone_in(answer.text)) == ([], [key.case_id])
    assert "is closed" in text(answer.text)
    assert await written() == NOTHING


async def test_a_drop_where_the_card_is_already_is_refused(office: Office) -> None:
    key = await team_case(office)
    answer = await dropped(office.ada, key, "to_contact")
    assert answer.status_code == 422
    assert cards_in(answer.text) == [key.case_id]
    assert await written() == NOTHING


@pytest.mark.parametrize(
    "body", [{}, {"version": ""}, {"version": "-1"}, {"version": "1e3"}, {"version": "１"},
             {"version": "9" * 30}, {"version": "1 or 1=1"}]
)  # fmt: skip
async def test_a_drop_without_a_version_is_refused(office: Office, body: dict[str, str]) -> None:
    key = await team_case(office)
    answer = await dropped(office.ada, key, body=body)
    assert answer.status_code == 422
    assert (await stage_of(key))[:2] == ("to_contact", 1)
    assert await written() == NOTHING


async def test_another_teams_card_is_not_there(office: Office) -> None:
    key = await team_case(office, name="王芳")
    answer = await dropped(office.grace, key)
    assert answer.status_code == 404
    assert (cards_in(answer.text), heads_in(answer.text)) == ([], {})
    assert "王芳" not in answer.text
    assert (await stage_of(key))[:2] == ("to_contact", 1)
    assert await written() == NOTHING


async def test_each_id_of_a_drop_is_asked_for(office: Office) -> None:
    """Two ids of the reader's own cases that do not belong together, and numbers out of range."""
    mine, other = await team_case(office), await team_case(office)
    foreign = await make_case(branch_id=office.branch_id, team_id=office.other_team_id)
    for key in (
        CaseKey(mine.customer_id, other.case_id),
        CaseKey(mine.customer_id, foreign.case_id),
        CaseKey(foreign.customer_id, mine.case_id),
        foreign,
        CaseKey(2**63, mine.case_id),
        CaseKey(mine.customer_id, 10**30),
    ):
        assert (await dropped(office.ada, key)).status_code == 404, key
    assert await written() == NOTHING
    assert (await dropped(office.ada, mine, "nowhere")).status_code == 404


async def test_a_drop_changes_the_column_and_nothing_else(office: Office) -> None:
    """Whatever else the body says."""
    key = await team_case(office, assignee_id=office.grace.id)
    before = await whole_row(key)
    body = {
        "version": "1", "team_id": "999", "branch_id": "999", "assignee_id": str(office.ada.id),
        "customer_id": "1", "case_id": "1", "stage": "legal", "overdue_minor": "1",
        "closed_on": "2026-01-01", "client_id": "x",
    }  # fmt: skip
    answer = await dropped(office.ada, key, query="?team_id=999&assignee_id=1", body=body)
    assert answer.status_code == 200
    after = await whole_row(key)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"stage", "stage_since", "version"}
    assert after["stage"] == "contacted"


async def whole_row(key: CaseKey) -> dict[str, object]:
    found = await db.row("SELECT * FROM collection_case WHERE customer_id = $1 AND id = $2", *key)
    assert found is not None
    return found


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.collector, Role.lead}))
async def test_who_only_watches_drops_nothing(office: Office, role: Role) -> None:
    key = await team_case(office)
    assert (await dropped(office.watcher(role), key)).status_code == 403
    assert await written() == NOTHING


async def test_a_line_that_broke_asks_for_the_card(office: Office) -> None:
    key = await team_case(office)
    path = f"/cases/{key.customer_id}-{key.case_id}"
    await dropped(office.ada, key)
    assert 'data-in="contacted"' in (await got(office.ada, path)).text
    assert gone_in((await got(office.grace, path)).text) == [key.case_id]
    hidden = await got(office.ada, f"{path}?whose=mine")
    assert (cards_in(hidden.text), gone_in(hidden.text)) == ([], [key.case_id])


@asynccontextmanager
async def signed_in(office: Office) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """A browser with Ada's session, and the session's word."""
    await db.execute(
        "UPDATE user_account SET roles = '[\"collector\"]' WHERE id = $1", office.ada.id
    )
    ada = person(id=office.ada.id, name=office.ada.name, roles=office.ada.roles)
    opened = await open_session(ada, OpenSession(user_id=ada.id, roles=[*ada.roles]))
    token = opened.result.token
    async with browser(guarded(*pages.routes)) as client:
        client.cookies.set(session_cookie(settings()), token)
        yield client, token


async def test_a_drop_takes_ten_statements_at_most_in_all(office: Office) -> None:
    """The session's own included, however many cards there are."""
    counts = []
    async with signed_in(office) as (client, token):
        for more in (0, 0, 60):
            for _ in range(more):
                await team_case(office)
            key = await team_case(office)
            with statements() as sent:
                answer = await client.post(
                    f"{BOARD}/contacted/drops/{key.customer_id}-{key.case_id}",
                    data={"version": "1"},
                    headers=PART | {"X-CSRF-Token": csrf_token(token)},
                )
            assert answer.status_code == 200
            counts.append(len(sent))
    # The first one also learns what a process asks once: the time zone, the driver's types.
    assert counts[1:] == [9, 9]


@pytest.mark.parametrize(
    "headers",
    [{"X-CSRF-Token": ""}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf_token("another session")},
     {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}],
)  # fmt: skip
async def test_a_drop_from_elsewhere_is_refused(office: Office, headers: dict[str, str]) -> None:
    key = await team_case(office)
    async with signed_in(office) as (client, token):
        before = await written()
        # A right token does not help a page of somebody else.
        good = {} if "X-CSRF-Token" in headers else {"X-CSRF-Token": csrf_token(token)}
        answer = await client.post(
            f"{BOARD}/contacted/drops/{key.customer_id}-{key.case_id}",
            data={"version": "1"},
            headers=PART | good | headers,
        )
        assert answer.status_code == 403
        assert await written() == before
    assert (await stage_of(key))[:2] == ("to_contact", 1)
