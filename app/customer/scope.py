"""Whose borrowers an actor sees: the one place that says it, in SQL and in Python.

A scope that hangs on something the actor has not (a team, a branch) narrows to the next one below.
Only a person owns borrowers: a client's id is a number of another table."""

from typing import NamedTuple

from app.actor import Actor, ActorKind
from app.permission import RowScope


class Scope(NamedTuple):
    """A condition with its values, ready for a WHERE; `next_parameter` numbers what follows."""

    sql: str
    values: tuple[int, ...]
    next_parameter: int


def scope_condition(
    actor: Actor, alias: str, first_parameter: int = 1, *, owner: str = "owner_id"
) -> Scope:
    """For a table with the columns `branch_id`, `team_id` and `owner` (a case: `assignee_id`):

    scope = scope_condition(actor, "c", 3)
    rows(f"… JOIN customer c ON c.id = l.customer_id WHERE … AND {scope.sql}", a, b, *scope.values)
    """
    column, id = _rule(actor)
    if column is None:
        return Scope("TRUE", (), first_parameter)
    if id is None:
        return Scope("FALSE", (), first_parameter)
    name = owner if column == "owner_id" else column
    return Scope(f"{alias}.{name} = ${first_parameter}", (id,), first_parameter + 1)


def in_scope(
    actor: Actor, *, branch_id: int | None, team_id: int | None, owner_id: int | None
) -> bool:
    """The same for a row at hand."""
    column, id = _rule(actor)
    if column is None:
        return True
    held = {"branch_id": branch_id, "team_id": team_id, "owner_id": owner_id}[column]
    return id is not None and held == id


def _rule(actor: Actor) -> tuple[str | None, int | None]:
    """The column that must hold the id; (None, None) sees all, (column, None) sees nothing."""
    if actor.row_scope is RowScope.all:
        return None, None
    if actor.row_scope is RowScope.branch and actor.branch_id is not None:
        return "branch_id", actor.branch_id
    if actor.row_scope is not RowScope.own and actor.team_id is not None:
        return "team_id", actor.team_id
    return "owner_id", actor.id if actor.kind is ActorKind.user else None
