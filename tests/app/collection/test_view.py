"""The board's two judges, SQL and Python, must never disagree: the one fills pages, the other
decides who is told of a case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from app import database as db
from app.actor import Actor
from app.collection.queries import cards
from app.collection.view import BUCKETS, NOBODY, BoardFilter, BoardView, Whose, due_dates
from app.loan.bucket import bucket_of
from app.permission import Role, RowScope
from tests.app.collection.rows import CaseKey, Office, make_case, make_office
from tests.factories import BUSINESS_DATE, actor_of

DAYS_LATE = (1, 30, 31, 60, 61, 90, 91, 400)


@pytest.fixture
async def office(database: object) -> Office:
    return await make_office()


async def every_kind_of_case(office: Office) -> list[CaseKey]:
    teams = ((office.branch_id, office.team_id), (office.branch_id, office.other_team_id))
    places = [*teams, (None, None)]
    people = (office.ada.id, office.grace.id, None)
    kinds = product(places, people, DAYS_LATE, (False, True))
    return [
        await make_case(
            branch_id=branch_id, team_id=team_id, assignee_id=person, days_late=days, closed=closed
        )
        for (branch_id, team_id), person, days, closed in kinds
    ]


def every_filter(office: Office) -> list[BoardFilter]:
    people = (None, NOBODY, office.ada.id, 10**9)
    kinds = product(Whose, (None, *BUCKETS), people)
    return [BoardFilter(whose=w, bucket=b, assignee=a) for w, b, a in kinds]


def every_reader(office: Office) -> Sequence[Actor]:
    nowhere = actor_of(Role.collector, id=office.ada.id, row_scope=RowScope.team)
    return (
        office.ada,
        office.grace,
        office.lead,
        nowhere,
        replace(office.ada, row_scope=RowScope.own),
        office.watcher(Role.service),
    )


async def test_sql_and_python_judge_alike(office: Office) -> None:
    keys = await every_kind_of_case(office)
    made = await cards(keys, BUSINESS_DATE)
    assert len(made) == len(keys)
    seen = 0
    for reader, wanted in product(every_reader(office), every_filter(office)):
        view = BoardView(reader, wanted)
        condition = view.condition(BUSINESS_DATE)
        rows = await db.rows(
            f"SELECT c.id FROM collection_case c WHERE {condition.sql}", *condition.values
        )
        by_sql = {row["id"] for row in rows}
        by_python = {card.id for card in made if view.shows(card, BUSINESS_DATE)}
        assert by_sql == by_python, (reader, wanted)
        assert all(view.reaches(card) for card in made if card.id in by_python)
        seen += len(by_sql)
    # Neither agreed on nothing.
    assert seen > 1000


@pytest.mark.parametrize("days", [1, 30, 31, 60, 61, 90, 91, 120, 121, 5000])
def test_a_bucket_is_a_range_of_due_dates(days: int) -> None:
    due = BUSINESS_DATE - timedelta(days=days)
    holding = []
    for bucket in BUCKETS:
        since, until = due_dates(bucket, BUSINESS_DATE)
        if (since is None or since <= due) and (until is None or due <= until):
            holding.append(bucket)
    assert holding == [min(bucket_of(days), BUCKETS[-1])]


def test_readers_who_are_shown_the_same_are_one_audience() -> None:
    one = actor_of(Role.collector, id=1, row_scope=RowScope.team, team_id=5)
    two = actor_of(Role.collector, id=2, row_scope=RowScope.team, team_id=5)
    boss = actor_of(Role.management, id=3, row_scope=RowScope.team, team_id=5)
    other = actor_of(Role.collector, id=4, row_scope=RowScope.team, team_id=6)

    def audience(reader: Actor, whose: Whose | None = None) -> object:
        wanted = BoardFilter() if whose is None else BoardFilter(whose=whose)
        return BoardView(reader, wanted).audience(BUSINESS_DATE)

    assert audience(one) == audience(two)
    assert audience(one) != audience(boss)
    assert audience(one) != audience(other)
    assert audience(one, whose=Whose.mine) != audience(two, whose=Whose.mine)
