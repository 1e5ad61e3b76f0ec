"""The board as a page."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from app import database as db
from app.collection.models import Stage
from app.collection.queries import CARDS_PER_PAGE
from app.number import case_number
from app.permission import Role, RowScope
from tests.app.collection.rows import (
    Office,
    make_office,
    statements,
    team_case,
)
from tests.factories import BUSINESS_DATE, make_customer
from tests.views.board import BOARD, cards_in, got, text
from tests.views.client import PART, browsing
from views import collection as pages

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def office() -> Office:
    return await make_office()


async def test_a_card_shows_what_a_collector_needs(office: Office) -> None:
    key = await team_case(
        office, name="王芳", assignee_id=office.ada.id, overdue_minor=123_456,
        overdue_other={"USD": 9_900}, days_late=21,
    )  # fmt: skip
    await db.execute(
        "UPDATE collection_case SET overdue_loan_count = 2 WHERE customer_id = $1", key.customer_id
    )
    page = (await got(office.ada)).text
    card = page[page.index(f'id="case-{key.case_id}"') :]
    shown = text(card[: card.index("</li>")])
    for expected in ("王芳", "2 loans", "¥1,234.56", "+ $99.00", "21 d late", "1 Jan", "3 d",
                     case_number(key.case_id), "AL"):  # fmt: skip
        assert expected in shown, expected
    assert (
        f'data-version="1" data-in="to_contact" data-place="2026-02-22.{key.case_id:019d}"' in card
    )


@pytest.mark.parametrize(
    ("days", "expected", "is_on_both"),
    [
        (-1, "missed 14 Mar", True),
        (0, "act today", True),
        (5, "next 20 Mar", False),
    ],
)
async def test_a_card_shows_when_its_next_step_has_come(
    office: Office, days: int, expected: str, is_on_both: bool
) -> None:
    promised, other = await team_case(office, stage=Stage.promised), await team_case(office)
    for key in (promised, other):
        await db.execute(
            "UPDATE collection_case SET next_action_on = $3 WHERE customer_id = $1 AND id = $2",
            *key, BUSINESS_DATE + timedelta(days=days),
        )  # fmt: skip
    page = (await got(office.ada)).text
    shown = {
        key: text(page[page.index(f'id="case-{key.case_id}"') :].partition("</li>")[0])
        for key in (promised, other)
    }
    assert expected in shown[promised]
    assert (expected in shown[other]) is is_on_both


async def test_neither_phone_nor_id_number_is_on_the_board(office: Office) -> None:
    customer_id = await make_customer(
        "王芳", phone="13800001234", id_number="110101199001011234", email="w@f.test",
        team_id=office.team_id, branch_id=office.branch_id,
    )  # fmt: skip
    key = await team_case(office)
    await db.execute(
        "UPDATE customer SET phone = other.phone, id_number = other.id_number"
        " FROM customer other WHERE customer.id = $1 AND other.id = $2",
        key.customer_id, customer_id,
    )  # fmt: skip
    page = (await got(office.ada)).text
    for secret in ("1380000", "1234</", "1101011990", "w@f.test"):
        assert secret not in page


@pytest.mark.parametrize(("language", "expected"), [("en", "To contact"), ("zh-CN", "待联系")])
async def test_the_board_speaks_the_readers_language(
    office: Office, language: str, expected: str
) -> None:
    page = await got(office.ada, language=language)
    assert page.status_code == 200
    assert expected in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_names_are_escaped(office: Office) -> None:
    await team_case(office, name='<img src=x onerror="x">')
    page = (await got(office.ada)).text
    assert "<img" not in page
    assert "&lt;img src=x" in page


async def test_heads_are_true_however_little_is_loaded(office: Office) -> None:
    for _ in range(CARDS_PER_PAGE + 2):
        await team_case(office, overdue_minor=1_000)
    await team_case(office, overdue_minor=500, currency="USD", stage=Stage.legal)
    page = (await got(office.ada)).text
    assert len(cards_in(page)) == CARDS_PER_PAGE + 1
    head = text(page[page.index('id="head-to_contact"') :][:600])
    assert "42" in head
    assert "¥420" in head
    assert "$5" in text(page[page.index('id="head-legal"') :][:600])


async def test_pages_follow_each_other_without_gap(office: Office) -> None:
    made = [(await team_case(office)).case_id for _ in range(2 * CARDS_PER_PAGE + 3)]
    page = (await got(office.ada)).text
    seen = cards_in(page)
    while more := re.search(rf'hx-get="{BOARD}(/to_contact/cases\?[^"]+)"', page):
        page = (await got(office.ada, unescape(more[1]))).text
        seen += cards_in(page)
    assert seen == made


async def test_a_page_keeps_the_filter(office: Office) -> None:
    for person in (office.ada.id, None):
        for _ in range(CARDS_PER_PAGE + 1):
            await team_case(office, assignee_id=person)
    page = (await got(office.ada, "?whose=mine")).text
    assert len(cards_in(page)) == CARDS_PER_PAGE
    more = re.search(rf'hx-get="{BOARD}(/to_contact/cases\?whose=mine&amp;after=[^"]+)"', page)
    assert more
    assert len(cards_in((await got(office.ada, unescape(more[1]))).text)) == 1


async def test_an_unknown_column_is_not_there(office: Office) -> None:
    assert (await got(office.ada, "/nowhere/cases")).status_code == 404


@pytest.mark.parametrize(
    ("query", "days"),
    [("", [100, 40, 5]), ("?bucket=1", [5]), ("?bucket=2", [40]), ("?bucket=4", [100]),
     ("?whose=mine", [40]), ("?assignee=none", [100, 5]),
     # A mistyped address shows more rather than an error.
     ("?bucket=9&whose=x&assignee=y", [100, 40, 5]), ("?bucket=١", [100, 40, 5])],
)  # fmt: skip
async def test_the_filter_is_in_the_address(office: Office, query: str, days: list[int]) -> None:
    for late in (5, 40, 100):
        await team_case(office, days_late=late, assignee_id=office.ada.id if late == 40 else None)
    page = (await got(office.ada, query)).text
    assert [int(n) for n in re.findall(r">(\d+) d late<", page)] == days


async def test_chips_say_what_is_chosen_and_let_go(office: Office) -> None:
    await team_case(office)
    page = (await got(office.ada, "?bucket=2")).text
    assert f'href="{BOARD}" aria-current="true"><span class="swatch swatch-2"' in page
    assert f'href="{BOARD}?whose=mine&amp;bucket=2"' in page
    assert "Clear filters" in page
    assert "No case here matches the filter." in page
    assert "Clear filters" not in (await got(office.ada)).text


@pytest.mark.parametrize(
    ("scope", "offered"),
    [
        (RowScope.own, set()),
        (RowScope.team, {"My cases", "Team cases"}),
        (RowScope.branch, {"My cases", "Team cases", "Branch cases"}),
        (RowScope.all, {"My cases", "Team cases", "All cases"}),
    ],
)
async def test_nobody_is_offered_more_than_he_may_see(
    office: Office, scope: RowScope, offered: set[str]
) -> None:
    page = (await got(replace(office.ada, row_scope=scope))).text
    words = {"My cases", "Team cases", "Branch cases", "All cases"}
    assert {word for word in words if word in text(page)} == offered


async def test_an_empty_board_says_why(office: Office) -> None:
    page = text((await got(office.ada)).text)
    assert "Nobody is waiting. New cases come with the close of business." in page
    assert page.count("No case in this column.") == 4


async def test_who_only_watches_gets_a_board_that_says_so(office: Office) -> None:
    await team_case(office, name="王芳")
    page = (await got(office.watcher(Role.management))).text
    assert 'data-fixed="Your role does not allow this.' in page
    assert "case.move" in page
    assert "data-to=" not in page
    assert "王*" in page
    assert "王芳" not in page


async def test_the_board_is_not_for_everybody(office: Office) -> None:
    assert (await got(office.watcher(Role.administrator))).status_code == 403
    async with browsing(pages.routes) as client:
        answer = await client.get(BOARD, headers=PART)
        assert answer.status_code == 401


async def test_the_whole_board_costs_five_statements(office: Office) -> None:
    for stage in Stage:
        for _ in range(15):
            await team_case(office, stage=stage, assignee_id=office.ada.id)
    with statements() as sent:
        page = await got(office.ada)
    assert len(cards_in(page.text)) == 75
    assert len(sent) == 5, sent
