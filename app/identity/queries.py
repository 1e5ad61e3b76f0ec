"""Reads of people, sessions and tokens."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from app import clock, database
from app.identity.session import SignedIn
from app.permission import Role
from app.settings import settings


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client: str
    token_hash: str
    scopes: frozenset[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


_SESSION = (
    "SELECT s.id_hash, s.user_id, u.name, u.roles, u.team_id, u.branch_id, u.language,"
    " u.theme, u.density, s.seen_at, s.expires_at"
    " FROM session s JOIN user_account u ON u.id = s.user_id"
    " WHERE s.id_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3"
    " AND u.barred_at IS NULL"
)
_TOKEN = (
    "SELECT id, client, token_hash, scopes, created_at, created_by, expires_at, used_at, revoked_at"
    " FROM service_token WHERE id = $1"
)


async def live_session(id_hash: str) -> SignedIn | None:
    """Neither ended, nor too old, nor left alone too long, nor of somebody who was barred."""
    now = clock.now()
    found = await database.row(_SESSION, id_hash, now, now - settings().session_idle)
    if found is None:
        return None
    return SignedIn(**(found | {"roles": roles_from(found["roles"])}))


async def sealed_id_token(id_hash: str) -> bytes | None:
    found = await database.value("SELECT id_token FROM session WHERE id_hash = $1", id_hash)
    return bytes(found) if found else None


async def user_by_identity(issuer: str, subject: str) -> dict[str, Any] | None:
    return await database.row(
        "SELECT id, name, roles, team_id, branch_id, language, barred_at FROM user_account"
        " WHERE issuer = $1 AND subject = $2",
        issuer, subject,
    )  # fmt: skip


async def team_by_code(code: str) -> dict[str, Any] | None:
    return await database.row("SELECT id, branch_id FROM team WHERE code = $1", code)


async def stored_token(id: int) -> StoredToken | None:
    found = await database.row(_TOKEN, id)
    if found is None:
        return None
    scopes = msgspec.json.decode(found["scopes"], type=frozenset[str])
    return StoredToken(**(found | {"scopes": scopes}))


def roles_from(stored: str | Iterable[str]) -> frozenset[Role]:
    """What the row says; a role that this version does not know gives no rights."""
    names = msgspec.json.decode(stored, type=list[str]) if isinstance(stored, str) else stored
    return frozenset(Role(name) for name in names if name in set(Role))
