"""What identity verbs are about, held for the length of their transaction."""

from typing import Any, Protocol

import msgspec

from app import database
from app.actor import Actor, ActorKind
from app.errors import NotFound
from app.identity.errors import TokenUnknown


class LockedUser(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    is_barred: bool


class LockedToken(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client: str
    is_revoked: bool


class AboutUser(Protocol):
    @property
    def user_id(self) -> int: ...


class AboutSession(Protocol):
    @property
    def id_hash(self) -> str: ...


class AboutToken(Protocol):
    @property
    def token_id(self) -> int: ...


async def lock_user(actor: Actor, order: AboutUser, *, for_update: bool) -> LockedUser:
    found = await database.row(
        "SELECT id, name, barred_at IS NOT NULL AS is_barred FROM user_account WHERE id = $1"
        + _hold(for_update),
        order.user_id,
    )
    if found is None:
        raise NotFound
    return LockedUser(**found)


async def lock_own_session(actor: Actor, order: AboutSession, *, for_update: bool) -> str:
    """One's own that is still open; anybody else's does not exist for the asker."""
    found = await database.value(
        "SELECT id_hash FROM session WHERE id_hash = $1 AND ended_at IS NULL"
        " AND (user_id = $2 OR $3)" + _hold(for_update),
        order.id_hash, actor.id, actor.kind is ActorKind.system,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return str(found)


async def lock_token(actor: Actor, order: AboutToken, *, for_update: bool) -> LockedToken:
    found: dict[str, Any] | None = await database.row(
        "SELECT id, client, revoked_at IS NOT NULL AS is_revoked FROM service_token WHERE id = $1"
        + _hold(for_update),
        order.token_id,
    )
    if found is None:
        raise TokenUnknown
    return LockedToken(**found)


def _hold(for_update: bool) -> str:
    return " FOR UPDATE" if for_update else ""
