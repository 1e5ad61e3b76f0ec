"""Who looks after the borrowers: those whom one can sign in as in a demo."""

from typing import NamedTuple

from app.identity.provider.people import EVERYBODY, TEAMS
from app.permission import Role


class Colleague(NamedTuple):
    name: str
    email: str


class Team(NamedTuple):
    branch: str
    code: str
    collectors: tuple[Colleague, ...]
    lead: Colleague | None


def _of(team: str, role: Role) -> tuple[Colleague, ...]:
    return tuple(
        Colleague(person.name, person.email)
        for person in EVERYBODY
        if person.place == team and person.role is role
    )


STAFF = tuple(
    Team(
        team.branch,
        team.code,
        _of(team.code, Role.collector),
        next(iter(_of(team.code, Role.lead)), None),
    )
    for team in TEAMS
)
# A team as often as it has people: the larger one looks after more borrowers.
SEATS = tuple(team for team in STAFF for _ in range(len(team.collectors) + (team.lead is not None)))
