"""People and sessions for tests that do not care how somebody signed in."""

from app import clock, database
from app.actor import Actor
from app.identity.actions import open_session
from app.identity.order import OpenSession
from app.identity.session import person
from app.permission import Role


async def somebody(*roles: Role, subject: str = "he.wei", team: str = "") -> Actor:
    """A row of his own, in a team when its code is given (and the staff was seeded)."""
    found = await database.row(
        "INSERT INTO user_account (issuer, subject, name, email, roles, team_id, branch_id,"
        " language, theme, density, created_at)"
        " SELECT 'https://id.example', $1, '何薇', '', to_jsonb($2::text[]), t.id, t.branch_id,"
        " '', 'auto', 'cosy', $3 FROM (SELECT 1) AS one LEFT JOIN team t ON t.code = $4"
        " RETURNING id, team_id, branch_id",
        subject, [role.value for role in roles], clock.now(), team,
    )  # fmt: skip
    assert found is not None
    return person(
        id=found["id"],
        name="何薇",
        roles=frozenset(roles),
        team_id=found["team_id"],
        branch_id=found["branch_id"],
    )


async def session_of(actor: Actor) -> str:
    """The word for the cookie."""
    order = OpenSession(user_id=actor.id, roles=sorted(actor.roles))
    return (await open_session(actor, order)).result.token
