"""What the provider signs: ID tokens, and access tokens in the form of RFC 9068."""

import secrets
from typing import Any

from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.errors import JoseError

from app import clock
from app.identity.provider.grant import Grant
from app.identity.provider.people import Person, branch_code, team_code
from app.identity.provider.secret import Secrets

SECONDS = 300


def access_token(
    secrets_: Secrets, grant: Grant, *, issuer: str, client_id: str, audience: str
) -> str:
    now = int(clock.now().timestamp())
    claims = {
        "iss": issuer,
        "sub": grant.person.subject,
        "aud": audience,
        "client_id": client_id,
        "scope": grant.scope,
        "iat": now,
        "exp": now + SECONDS,
        "jti": secrets.token_urlsafe(12),
    }
    return _signed(secrets_, claims, "at+jwt")


def id_token(
    secrets_: Secrets, grant: Grant, *, issuer: str, client_id: str, access_token: str
) -> str:
    now = int(clock.now().timestamp())
    claims = described(grant.person) | {
        "iss": issuer,
        "aud": client_id,
        "azp": client_id,
        "iat": now,
        "exp": now + SECONDS,
        "auth_time": now,
        "nonce": grant.nonce,
        "sid": secrets.token_urlsafe(12),
        "at_hash": create_half_hash(access_token, "RS256").decode(),
    }
    return _signed(secrets_, claims, "JWT")


def described(person: Person) -> dict[str, Any]:
    """The claims about somebody, the same in the ID token and from userinfo."""
    claims = {
        "sub": person.subject,
        "name": person.name,
        "preferred_username": person.subject,
        "email": person.email,
        "email_verified": True,
        "locale": person.language,
        "roles": [person.role.value],
        "branch": branch_code(person),
    }
    return claims | ({"team": team_code(person)} if team_code(person) else {})


def read_access_token(secrets_: Secrets, raw: str, *, issuer: str) -> str | None:
    """Whose it is, while it is good."""
    try:
        token = jwt.decode(raw, secrets_.signing_key, algorithms=["RS256"])
    except (JoseError, ValueError):
        return None
    claims, live = token.claims, clock.now().timestamp() < token.claims.get("exp", 0)
    genuine = token.header.get("typ") == "at+jwt" and claims.get("iss") == issuer
    return claims["sub"] if live and genuine else None


def hinted_person(secrets_: Secrets, raw: str) -> str | None:
    """Whom an ID token of ours names; an old one will do for signing out."""
    try:
        return str(jwt.decode(raw, secrets_.signing_key, algorithms=["RS256"]).claims["sub"])
    except (JoseError, ValueError, KeyError):
        return None


def _signed(secrets_: Secrets, claims: dict[str, Any], kind: str) -> str:
    key = secrets_.signing_key
    return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": kind}, claims, key)
