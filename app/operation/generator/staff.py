"""Who looks after the borrowers: those whom one can sign in as in a demo."""

from typing import NamedTuple

from app.identity.provider.people import EVERYBODY, TEAMS
from app.permission import Role


class Collector(NamedTuple):
    name: str
    email: str


class Team(NamedTuple):
    branch: str
    code: str
    collectors: tuple[Collector, ...]


STAFF = tuple(
    Team(
        team.branch,
        team.code,
        tuple(
            Collector(person.name, person.email)
            for person in EVERYBODY
            if person.place == team.code and person.role is Role.collector
        ),
    )
    for team in TEAMS
)
