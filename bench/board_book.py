"""Open cases for the board alone: encrypted borrowers of many teams, at every age and stage."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from app.collection.models import Stage
from app.database import copy_rows, raw_connection
from app.operation.generator.person import make_person
from app.personal import seal

TODAY = date(2026, 3, 15)
TEAMS = 20
COLLECTORS_PER_TEAM = 5
LEAD = 1
_NOW = datetime(2026, 3, 15, 9, tzinfo=UTC)
_WEIGHTS = (45, 25, 12, 12, 6)
_CUSTOMER = "id kind branch_id team_id owner_id name language extra version created_at"
_CASE = (
    "customer_id branch_id team_id assignee_id stage opened_on stage_since overdue_since"
    " overdue_minor currency overdue_other overdue_loan_count last_contact_at"
    " next_action_on version"
)


async def fill(url: str, count: int, seed: int) -> None:
    """User 1 leads the branch and sees all; the others are its collectors, team by team."""
    draw = Random(seed)
    async with raw_connection(url) as connection:
        await connection.execute("UPDATE business_day SET on_date = $1", TODAY)
        await connection.execute("INSERT INTO branch (id, code, name) VALUES (1, 'B', 'Branch')")
        await connection.execute(
            "INSERT INTO team (id, branch_id, code, name) SELECT n, 1, 'T' || n, 'Team ' || n"
            " FROM generate_series(1, $1::int) AS n",
            TEAMS,
        )
        await connection.execute(
            "INSERT INTO user_account (id, issuer, subject, name, email, roles, branch_id, team_id,"
            " language, theme, density, created_at)"
            " SELECT n, 'bench', n::text, 'Collector ' || n, '',"
            " CASE WHEN n = $1 THEN '[\"lead\"]' ELSE '[\"collector\"]' END::jsonb, 1,"
            " CASE WHEN n = $1 THEN NULL ELSE (n - 2) / $2 + 1 END, '', 'auto', 'cosy', $4"
            " FROM generate_series(1, $3::int) AS n",
            LEAD, COLLECTORS_PER_TEAM, 1 + TEAMS * COLLECTORS_PER_TEAM, _NOW,
        )  # fmt: skip
        rows = [_rows(draw, seed, id) for id in range(1, count + 1)]
        await copy_rows(connection, "customer", _CUSTOMER.split(), [row[0] for row in rows])
        await copy_rows(connection, "collection_case", _CASE.split(), [row[1] for row in rows])
        for table in ("customer", "collection_case"):
            await connection.execute(f"VACUUM (ANALYZE) {table}")


def _rows(draw: Random, seed: int, id: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    team = 1 + id % TEAMS
    owner = 2 + (team - 1) * COLLECTORS_PER_TEAM + draw.randrange(COLLECTORS_PER_TEAM)
    name = make_person(Random(seed * 10_000_019 + id), id).name
    late = 1 + min(900, int(draw.expovariate(1 / 60)))
    since = TODAY - timedelta(days=late)
    [stage] = draw.choices(tuple(Stage), _WEIGHTS)
    other = '{"USD": 12000}' if draw.random() < 0.02 else "{}"
    contact = _NOW - timedelta(days=draw.randrange(late + 1)) if draw.random() < 0.8 else None
    customer = (
        id, "person", 1, team, owner, seal(name, "customer", "name", id), "zh", "{}", 1, _NOW,
    )  # fmt: skip
    case = (
        id, 1, team, owner, stage.value, since, since + timedelta(days=draw.randrange(late)), since,
        draw.randrange(5_000, 5_000_000), "CNY", other, draw.choice((1, 1, 1, 2, 3)), contact,
        TODAY + timedelta(days=draw.randrange(-1, 10)), 1,
    )  # fmt: skip
    return customer, case
