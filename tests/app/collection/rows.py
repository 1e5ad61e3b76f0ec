"""Cases for tests, and the people who work on them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import NamedTuple

from app import database
from app.actor import Actor
from app.collection.models import CloseReason, Stage
from app.database import listen_to_statements
from app.permission import Role, RowScope
from tests.factories import (
    BOOKED_AT,
    BUSINESS_DATE,
    actor_of,
    make_branch,
    make_customer,
    make_team,
    make_user,
    set_business_date,
)

# What the driver says by itself when a connection goes back to its pool.
_RESET = "SELECT pg_advisory_unlock_all()"
_heard: list[list[str]] = []


def _hear(statement: str) -> None:
    for one in _heard:
        one.append(statement)


listen_to_statements(_hear)


class CaseKey(NamedTuple):
    customer_id: int
    case_id: int


class Office(NamedTuple):
    """One branch with two teams; a collector in each, a lead over both."""

    branch_id: int
    team_id: int
    other_team_id: int
    ada: Actor
    grace: Actor
    lead: Actor

    def watcher(self, role: Role) -> Actor:
        return actor_of(role, id=99, name="Watcher")


async def make_office() -> Office:
    await set_business_date()
    branch_id = await make_branch()
    team_id = await make_team(branch_id)
    other_team_id = await make_team(branch_id, "east-2", "East team 2")
    return Office(
        branch_id,
        team_id,
        other_team_id,
        ada=await _person("Ada Lovelace", Role.collector, branch_id, team_id),
        grace=await _person("Grace Hopper", Role.collector, branch_id, other_team_id),
        lead=await _person("Edith Clarke", Role.lead, branch_id, team_id),
    )


async def make_case(
    *,
    name: str = "林思远",
    stage: Stage = Stage.to_contact,
    days_late: int = 20,
    overdue_minor: int = 100_000,
    currency: str = "CNY",
    overdue_other: Mapping[str, int] | None = None,
    branch_id: int | None = None,
    team_id: int | None = None,
    assignee_id: int | None = None,
    closed: bool = False,
) -> CaseKey:
    """A borrower with his case; open and in its column for three days unless told otherwise."""
    customer_id = await make_customer(
        name, branch_id=branch_id, team_id=team_id, owner_id=assignee_id
    )
    since = BUSINESS_DATE - timedelta(days=days_late)
    case_id = await database.value(
        "INSERT INTO collection_case (customer_id, branch_id, team_id, assignee_id, stage,"
        " opened_on, stage_since, overdue_since, overdue_minor, currency, overdue_other,"
        " overdue_loan_count, last_contact_at, closed_on, close_reason, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8, $9, $10::jsonb, 1, $11, $12, $13, 1)"
        " RETURNING id",
        customer_id, branch_id, team_id, assignee_id, stage, since,
        BUSINESS_DATE - timedelta(days=3), overdue_minor, currency,
        json.dumps(overdue_other or {}), BOOKED_AT, BUSINESS_DATE if closed else None,
        CloseReason.cured if closed else None,
    )  # fmt: skip
    return CaseKey(customer_id, case_id)


async def team_case(office: Office, **facts: object) -> CaseKey:
    """One that Ada's team looks after."""
    return await make_case(
        **{"branch_id": office.branch_id, "team_id": office.team_id, **facts}  # type: ignore[arg-type]
    )


async def stage_of(key: CaseKey) -> tuple[str, int, date]:
    found = await database.row(
        "SELECT stage, version, stage_since FROM collection_case"
        " WHERE customer_id = $1 AND id = $2",
        *key,
    )
    assert found is not None
    return found["stage"], found["version"], found["stage_since"]


async def written() -> dict[str, int]:
    """How many rows a move leaves, by table."""
    tables = ("case_event", "live_event", "audit_entry", "outbox", "idempotency")
    return {table: await database.value(f"SELECT count(*)::int FROM {table}") for table in tables}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything sent to the database meanwhile, the transaction's own words included."""
    heard: list[str] = []
    _heard.append(heard)
    try:
        yield heard
    finally:
        _heard.remove(heard)
        heard[:] = [statement for statement in heard if not statement.startswith(_RESET)]


async def _person(name: str, role: Role, branch_id: int, team_id: int) -> Actor:
    id = await make_user(name, branch_id=branch_id, team_id=team_id)
    scope = RowScope.branch if role is Role.lead else RowScope.team
    return actor_of(role, id=id, name=name, row_scope=scope, branch_id=branch_id, team_id=team_id)
