"""What an ID token must prove before anybody is let in. Stricter than Authlib, which checks the
signature's
claims but takes another client's audience, an empty subject, and every algorithm the provider
names."""

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

from app import clock
from app.identity.errors import IdTokenInvalid
from app.identity.issuer import Issuer

# How far two clocks may stand apart.
LEEWAY_SECONDS = 30
# A token is issued at the end of a sign-in that lives ten minutes; an older one belongs to another.
AGE_SECONDS_MAX = 10 * 60
SUBJECT_LENGTH_MAX = 255

Claims = dict[str, Any]


async def read_id_token(raw: object, *, issuer: Issuer, nonce: str, access_token: str) -> Claims:
    """The claims, once they are proven to be the provider's answer to this very sign-in."""
    header, claims = await decoded(raw, issuer)
    _require(str(header.get("typ", "JWT")).upper() == "JWT", "typ")
    now = int(clock.now().timestamp())
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer.url},
        "aud": {"essential": True, "value": issuer.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    parameters = {"nonce": nonce, "client_id": issuer.client_id, "access_token": access_token}
    try:
        CodeIDToken(claims, header, options, parameters).validate(now=now, leeway=LEEWAY_SECONDS)
    except ClaimError as error:
        raise IdTokenInvalid(reason=error.claim) from error
    _require(claims["aud"] in (issuer.client_id, [issuer.client_id]), "aud")
    _require(is_subject(claims["sub"]), "sub")
    _require(claims["iat"] >= now - AGE_SECONDS_MAX - LEEWAY_SECONDS, "iat")
    return claims


async def decoded(raw: object, issuer: Issuer) -> tuple[dict[str, Any], Claims]:
    """Header and claims under a signature of the provider; the claims are not looked at."""
    _require(isinstance(raw, str) and raw.isascii(), "form")
    algorithms = (await issuer.metadata()).algorithms
    registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
    try:
        try:
            token = jwt.decode(str(raw), await issuer.keys(), registry=registry)
        except (InvalidKeyIdError, BadSignatureError):
            # The key may have been changed since we looked, under a new name or the same one.
            token = jwt.decode(str(raw), await issuer.keys_after_rotation(), registry=registry)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IdTokenInvalid(reason=getattr(error, "error", "") or "signature") from error
    return dict(token.header), dict(token.claims)


def is_subject(subject: object) -> bool:
    """Text that names somebody: printable, not blank, as long as the standard allows."""
    return (
        isinstance(subject, str)
        and 0 < len(subject) <= SUBJECT_LENGTH_MAX
        and subject.isprintable()
        and subject == subject.strip()
    )


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise IdTokenInvalid(reason=reason)
