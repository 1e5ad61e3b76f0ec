"""Bearer tokens of programs: our own service tokens, and access tokens of the configured issuer."""

import hmac

from app import clock
from app.actor import Actor, ActorKind
from app.errors import Unavailable
from app.identity import actions, queries
from app.identity.access_token import audience, read_access_token
from app.identity.configured import configured_issuer
from app.identity.errors import ProviderMisconfigured, TokenRefused
from app.identity.scope import permissions_of_scopes
from app.identity.service_token import looks_like_service_token, read_service_token
from app.permission import RowScope
from app.settings import settings
from app.unit_of_work import AWAY

BEARER_LENGTH_MAX = 8192


async def authenticate_bearer(text: str) -> Actor:
    """Whoever the token speaks for, in at most one question to the database. Raises
    `TokenRefused`."""
    if len(text) > BEARER_LENGTH_MAX or not text.isascii():
        raise TokenRefused
    try:
        if looks_like_service_token(text):
            return await _of_service_token(text)
        if text.count(".") == 2:
            return await _of_issuer(text)
    except AWAY as error:
        raise Unavailable from error
    raise TokenRefused


async def _of_service_token(text: str) -> Actor:
    written = read_service_token(text)
    token = await queries.stored_token(written.id) if written else None
    if written is None or token is None:
        raise TokenRefused
    if not hmac.compare_digest(token.token_hash, written.hash):
        raise TokenRefused
    if token.revoked_at is not None or token.expires_at <= clock.now():
        raise TokenRefused
    await actions.mark_used(token)
    return Actor(
        kind=ActorKind.client,
        id=token.id,
        name=token.client,
        permissions=permissions_of_scopes(token.scopes),
        row_scope=RowScope.all,
        scopes=token.scopes,
    )


async def _of_issuer(text: str) -> Actor:
    try:
        issuer = configured_issuer()
    except ProviderMisconfigured as error:
        raise TokenRefused from error
    return await read_access_token(text, issuer=issuer, audience=audience(settings()))
