"""Who is there when a verb is said, and where the borrowers belong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from app.actor import Actor, ActorKind
from app.permission import Role
from tests.app.identity.people import somebody
from tests.factories import (
    LoanKey,
    client_of,
    make_branch,
    make_customer,
    make_loan,
    make_team,
    set_business_date,
)

SYSTEM = Actor.system("tests")
# Late since the end of January on the factories' business date.
SCHEDULE = [
    (date(2026, 1, 31), 100_000, 1_000),
    (date(2026, 2, 28), 100_000, 800),
    (date(2026, 3, 31), 100_000, 600),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    actor: Actor
    other: Actor
    branch_id: int
    team_id: int

    @property
    def owner_id(self) -> int:
        """Only people own borrowers."""
        return self.actor.id if self.actor.kind is ActorKind.user else self.other.id

    async def borrower(self, **facts: Any) -> int:
        """One of the actor's own."""
        places = {"branch_id": self.branch_id, "team_id": self.team_id, "owner_id": self.owner_id}
        return await make_customer(**{**places, **facts})

    async def loan(self, **facts: Any) -> LoanKey:
        return await make_loan(SCHEDULE, customer_id=await self.borrower(), **facts)


Say = Callable[[Scene], Awaitable[msgspec.Struct]]
# Programs come in by their scopes, our own jobs by their name.
ACTORS: tuple[Role | str | None, ...] = (None, *Role, "client", "system")


async def make_scene(kind: Role | str | None) -> Scene:
    await set_business_date()
    branch_id = await make_branch()
    team_id = await make_team(branch_id)
    other = await somebody(Role.collector, subject="other")
    if kind == "system":
        actor = SYSTEM
    elif kind == "client":
        actor = client_of(
            *sorted(permission for permission in SYSTEM.permissions if _is_api(permission))
        )
    else:
        roles = [kind] if isinstance(kind, Role) else []
        actor = await somebody(*roles, team="east-1")
    return Scene(actor=actor, other=other, branch_id=branch_id, team_id=team_id)


def _is_api(permission: str) -> bool:
    return permission.partition(".")[0] in {"loan", "payment", "case", "customer"}
