import pytest

from app.collection import queries
from app.collection.card import Head
from app.collection.errors import CaseNotFound
from app.collection.models import Stage
from app.collection.queries import CARDS_PER_PAGE, Assignee
from app.collection.view import BoardFilter, BoardView, Whose
from app.permission import Role
from tests.app.collection.rows import (
    CaseKey,
    Office,
    make_case,
    make_office,
    statements,
    team_case,
)
from tests.factories import BUSINESS_DATE as ON

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def office() -> Office:
    return await make_office()


async def test_a_head_counts_the_whole_column_by_currency(office: Office) -> None:
    for amount in (100, 250):
        await team_case(office, overdue_minor=amount)
    await team_case(office, overdue_minor=40, currency="USD")
    await team_case(office, overdue_minor=7, overdue_other={"USD": 5, "EUR": 3})
    # Neither what is closed, nor another column's, nor another team's.
    await team_case(office, overdue_minor=9_000, closed=True)
    await team_case(office, overdue_minor=8_000, stage=Stage.legal)
    await make_case(branch_id=office.branch_id, team_id=office.other_team_id, overdue_minor=7_000)
    found = await queries.heads(BoardView(office.ada), ON, tuple(Stage))
    assert found[Stage.to_contact] == Head(Stage.to_contact, 4, {"CNY": 357, "USD": 45, "EUR": 3})
    assert list(found[Stage.to_contact].sums_minor) == ["CNY", "USD", "EUR"]
    assert found[Stage.legal] == Head(Stage.legal, 1, {"CNY": 8_000})
    assert found[Stage.promised] == Head(Stage.promised, 0, {})


async def test_sums_larger_than_a_bigint_are_right(office: Office) -> None:
    for _ in range(3):
        await team_case(office, overdue_minor=2**62)
    found = await queries.heads(BoardView(office.ada), ON, [Stage.to_contact])
    assert found[Stage.to_contact].sums_minor == {"CNY": 3 * 2**62}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (BoardFilter(), 3),
        (BoardFilter(whose=Whose.mine), 1),
        (BoardFilter(whose=Whose.team), 3),
        (BoardFilter(bucket=1), 2),
        (BoardFilter(bucket=4), 1),
        (BoardFilter(assignee=0), 2),
    ],
)
async def test_heads_follow_the_filter(office: Office, wanted: BoardFilter, count: int) -> None:
    await team_case(office, assignee_id=office.ada.id)
    await team_case(office)
    await team_case(office, days_late=100)
    view = BoardView(office.ada, wanted)
    found = await queries.heads(view, ON, [Stage.to_contact])
    [column, *_] = await queries.columns(view, ON)
    assert found[Stage.to_contact].count == len(column.cards) == count


async def test_the_oldest_debt_comes_first(office: Office) -> None:
    for days in (5, 90, 30):
        await team_case(office, days_late=days)
    [column, *_] = await queries.columns(BoardView(office.ada), ON)
    assert [card.days_late for card in column.cards] == [90, 30, 5]


async def test_pages_meet_without_gap_or_overlap(office: Office) -> None:
    """Many cases with one due date: the place ends with the id."""
    made = [await team_case(office, days_late=20) for _ in range(2 * CARDS_PER_PAGE + 5)]
    view, after, seen = BoardView(office.ada), None, list[CaseKey]()
    [first, *_] = await queries.columns(view, ON)
    assert len(first.cards) == CARDS_PER_PAGE
    assert first.head.count == len(made)
    while True:
        cards, after = await queries.page(view, Stage.to_contact, ON, after=after)
        seen += [CaseKey(card.customer_id, card.id) for card in cards]
        if after is None:
            break
    assert seen == made


async def test_a_full_page_that_is_the_last_has_no_next(office: Office) -> None:
    for _ in range(CARDS_PER_PAGE):
        await team_case(office)
    [column, *_] = await queries.columns(BoardView(office.ada), ON)
    assert (len(column.cards), column.next_after) == (CARDS_PER_PAGE, None)


async def test_the_board_costs_the_same_however_much_is_on_it(office: Office) -> None:
    counts = []
    for _ in range(2):
        for stage in Stage:
            for _ in range(12):
                await team_case(office, stage=stage)
        with statements() as sent:
            columns = await queries.columns(BoardView(office.ada), ON)
        counts.append(len(sent))
        assert sum(len(column.cards) for column in columns) % 60 == 0
    assert counts == [2, 2]


async def test_a_card_says_what_is_known(office: Office) -> None:
    key = await team_case(
        office, name="王芳", assignee_id=office.ada.id, overdue_other={"USD": 120}
    )
    card = await queries.card(office.ada, *key)
    assert (card.name, card.assignee, card.overdue_minor) == ("王芳", "Ada Lovelace", 100_000)
    assert (card.overdue_other, card.loan_count, card.days_in_stage) == ({"USD": 120}, 1, 3)
    assert card.is_open


async def test_a_nameless_borrowers_card_has_his_number(office: Office) -> None:
    key = await team_case(office, name="")
    assert (await queries.card(office.ada, *key)).title.startswith("K")


async def test_names_are_masked_in_pages_too(office: Office) -> None:
    await team_case(office, name="王芳")
    [column, *_] = await queries.columns(BoardView(office.watcher(Role.management)), ON)
    assert [card.name for card in column.cards] == ["王*"]


@pytest.mark.parametrize("shift", [(0, 1), (1, 0)])
async def test_a_card_outside_the_scope_does_not_exist(
    office: Office, shift: tuple[int, int]
) -> None:
    key = await team_case(office)
    with pytest.raises(CaseNotFound):
        await queries.card(office.grace, *key)
    with pytest.raises(CaseNotFound):
        await queries.card(office.ada, key.customer_id + shift[0], key.case_id + shift[1])


async def test_assignees_are_those_of_the_scope(office: Office) -> None:
    for person in (office.ada.id, office.ada.id, None):
        await team_case(office, assignee_id=person)
    await team_case(office, assignee_id=office.ada.id, closed=True)
    await make_case(
        branch_id=office.branch_id, team_id=office.other_team_id, assignee_id=office.grace.id
    )
    assert await queries.assignees(office.ada, ON) == [
        Assignee(office.ada.id, "Ada Lovelace", 2),
        Assignee(0, "", 1),
    ]
    everybody = await queries.assignees(office.lead, ON)
    assert [one.name for one in everybody] == ["Ada Lovelace", "", "Grace Hopper"]
