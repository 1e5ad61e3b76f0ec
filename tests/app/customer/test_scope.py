from itertools import product
from typing import Any

import pytest

from app.actor import Actor, ActorKind
from app.customer.scope import in_scope, scope_condition
from app.permission import RowScope


def actor(scope: RowScope, **facts: Any) -> Actor:
    return Actor(**{"kind": ActorKind.user, "id": 7, "name": "He Wei", "row_scope": scope, **facts})


PEOPLE = [
    (actor(RowScope.all), "TRUE", ()),
    (actor(RowScope.branch, branch_id=3, team_id=5), "c.branch_id = $4", (3,)),
    (actor(RowScope.team, branch_id=3, team_id=5), "c.team_id = $4", (5,)),
    (actor(RowScope.own, branch_id=3, team_id=5), "c.owner_id = $4", (7,)),
    (actor(RowScope.branch, team_id=5), "c.team_id = $4", (5,)),
    (actor(RowScope.branch), "c.owner_id = $4", (7,)),
    (actor(RowScope.team, branch_id=3), "c.owner_id = $4", (7,)),
    (actor(RowScope.own, kind=ActorKind.client), "FALSE", ()),
    (actor(RowScope.team, kind=ActorKind.client), "FALSE", ()),
]


@pytest.mark.parametrize(("who", "sql", "values"), PEOPLE)
def test_condition(who: Actor, sql: str, values: tuple[int, ...]) -> None:
    assert scope_condition(who, "c", 4) == (sql, values, 4 + len(values))


def test_case_calls_its_owner_assignee() -> None:
    own = scope_condition(actor(RowScope.own), "k", owner="assignee_id")
    assert own == ("k.assignee_id = $1", (7,), 2)
    team = scope_condition(actor(RowScope.team, team_id=5), "k", owner="assignee_id")
    assert team == ("k.team_id = $1", (5,), 2)


@pytest.mark.parametrize(("who", "sql", "values"), PEOPLE)
def test_row_at_hand_is_judged_alike(who: Actor, sql: str, values: tuple[int, ...]) -> None:
    for branch_id, team_id, owner_id in product((None, 3, 4), (None, 5, 6), (None, 7, 8)):
        held = {"branch_id": branch_id, "team_id": team_id, "owner_id": owner_id}
        column = sql.removeprefix("c.").removesuffix(" = $4")
        expected = sql == "TRUE" or (bool(values) and held[column] == values[0])
        assert in_scope(who, **held) is expected
