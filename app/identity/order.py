"""What can be asked of identity, and what comes of it. An order is kept in the audit log, so it
holds no names."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.permission import Role

CLIENT_NAME_LENGTH_MAX = 120


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    user_id: int
    roles: list[Role]


class OpenedSession(msgspec.Struct, frozen=True, kw_only=True):
    """The token is for the cookie; it is not kept here."""

    token: str
    expires_at: datetime


class EndSession(msgspec.Struct, frozen=True, kw_only=True):
    id_hash: Annotated[str, Meta(max_length=64)]


class EndedSessions(msgspec.Struct, frozen=True, kw_only=True):
    count: int


class BarUser(msgspec.Struct, frozen=True, kw_only=True):
    user_id: int


class AdmitUser(msgspec.Struct, frozen=True, kw_only=True):
    user_id: int


class AdmittedUser(msgspec.Struct, frozen=True, kw_only=True):
    user_id: int


class Prefer(msgspec.Struct, frozen=True, kw_only=True):
    """One's own choice of `language`, `theme` or `density`."""

    field: Annotated[str, Meta(max_length=20)]
    choice: Annotated[str, Meta(max_length=40)]


class Preferred(msgspec.Struct, frozen=True, kw_only=True):
    field: str
    choice: str


class IssueToken(msgspec.Struct, frozen=True, kw_only=True):
    client: Annotated[str, Meta(max_length=CLIENT_NAME_LENGTH_MAX)]
    scopes: list[Annotated[str, Meta(max_length=80)]]
    days: int = 90


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """`token` is shown once; nobody can read it again."""

    id: int
    token: str
    scopes: list[str]
    expires_at: datetime


class RevokeToken(msgspec.Struct, frozen=True, kw_only=True):
    token_id: int


class RevokedToken(msgspec.Struct, frozen=True, kw_only=True):
    token_id: int
    client: str


class SeedStaff(msgspec.Struct, frozen=True, kw_only=True):
    """The people of the development identity provider, in their branches and teams."""

    issuer: Annotated[str, Meta(max_length=300)]


class SeededStaff(msgspec.Struct, frozen=True, kw_only=True):
    people: int
