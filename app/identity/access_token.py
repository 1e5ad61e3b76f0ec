"""Access tokens of the configured issuer, in the form of RFC 9068. No question to the issuer on the
way."""

from typing import Any

from app import clock
from app.actor import Actor, ActorKind
from app.identity import queries
from app.identity.errors import IdTokenInvalid, TokenRefused
from app.identity.id_token import LEEWAY_SECONDS, Claims, decoded, is_subject
from app.identity.issuer import Issuer
from app.identity.scope import permissions_of_scopes
from app.identity.session import person
from app.permission import RowScope
from app.settings import Settings

TYPES = frozenset({"at+jwt", "application/at+jwt"})
CLIENT_LENGTH_MAX = 120


def audience(settings: Settings) -> str:
    return settings.api_audience or settings.base_url


async def read_access_token(raw: str, *, issuer: Issuer, audience: str) -> Actor:
    """A program with its scopes, or a person within his roles and the token's scopes."""
    try:
        header, claims = await decoded(raw, issuer)
    except IdTokenInvalid as error:
        raise TokenRefused from error
    if str(header.get("typ", "")).lower() not in TYPES or not _is_good(claims, issuer, audience):
        raise TokenRefused
    scopes = frozenset(str(claims.get("scope", "")).split())
    if claims["sub"] == claims["client_id"]:
        return _program(claims["client_id"], scopes)
    return await _person(issuer.url, claims["sub"], scopes)


def _is_good(claims: Claims, issuer: Issuer, audience: str) -> bool:
    now = clock.now().timestamp()
    named = claims.get("aud")
    return (
        claims.get("iss") == issuer.url
        and audience in (named if isinstance(named, list) else [named])
        and _is_instant(claims.get("exp"))
        and claims["exp"] > now - LEEWAY_SECONDS
        and _is_instant(claims.get("iat"))
        and claims["iat"] <= now + LEEWAY_SECONDS
        and ("nbf" not in claims or _is_instant(claims["nbf"]))
        and claims.get("nbf", 0) <= now + LEEWAY_SECONDS
        and is_subject(claims.get("sub"))
        and is_subject(claims.get("client_id"))
        and len(claims["client_id"]) <= CLIENT_LENGTH_MAX
        and isinstance(claims.get("jti"), str)
    )


def _is_instant(value: Any) -> bool:
    # NaN is a number that is never past; JSON has it in Python.
    return type(value) in (int, float) and value == value and abs(value) < 1e12


def _program(client: str, scopes: frozenset[str]) -> Actor:
    return Actor(
        kind=ActorKind.client,
        id=0,
        name=client,
        permissions=permissions_of_scopes(scopes),
        row_scope=RowScope.all,
        scopes=scopes,
    )


async def _person(issuer: str, subject: str, scopes: frozenset[str]) -> Actor:
    """Whoever never signed in here, or was barred, has no rights to lend to a program."""
    user = await queries.user_by_identity(issuer, subject)
    if user is None or user["barred_at"] is not None:
        raise TokenRefused
    whole = person(
        id=user["id"],
        name=user["name"],
        roles=queries.roles_from(user["roles"]),
        team_id=user["team_id"],
        branch_id=user["branch_id"],
        language=user["language"],
    )
    return Actor(
        kind=whole.kind,
        id=whole.id,
        name=whole.name,
        roles=whole.roles,
        permissions=whole.permissions & permissions_of_scopes(scopes),
        row_scope=whole.row_scope,
        team_id=whole.team_id,
        branch_id=whole.branch_id,
        scopes=scopes,
        language=whole.language,
    )
