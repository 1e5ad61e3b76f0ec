"""Who acts: a person signed in, an integrator's client, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden
from app.permission import Permission, Role, RowScope, permissions_of, widest_scope


class ActorKind(StrEnum):
    user = "user"
    client = "client"
    system = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    kind: ActorKind
    id: int
    name: str
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    row_scope: RowScope = RowScope.own
    team_id: int | None = None
    branch_id: int | None = None
    # What an integrator's token carries; people have none.
    scopes: frozenset[str] = frozenset()
    language: str = "en"

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Our own jobs: they may do everything, and the audit log names the job."""
        return cls(
            kind=ActorKind.system,
            id=0,
            name=name,
            permissions=frozenset(Permission),
            row_scope=RowScope.all,
        )

    @classmethod
    def of_roles(cls, roles: frozenset[Role], **facts: object) -> "Actor":
        return cls(
            kind=ActorKind.user,
            roles=roles,
            permissions=permissions_of(roles),
            row_scope=widest_scope(roles),
            **facts,  # type: ignore[arg-type]
        )

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        if permission not in self.permissions:
            raise Forbidden(permission=permission.value)
