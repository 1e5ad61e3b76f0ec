"""Signing in with OpenID Connect: the authorization code flow with PKCE, by way of Authlib.

Nothing here touches the database: `begin` says where to send the browser and what to remember
meanwhile,
`identify` turns the browser's answer into an identity, or refuses by name."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
import msgspec
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

from app.i18n import normalized
from app.identity.errors import (
    AnswerMalformed,
    CodeRefused,
    IdTokenMissing,
    IssuerParameterWrong,
    ProviderDenied,
    ProviderMisconfigured,
    ProviderUnavailable,
    SubjectMismatch,
)
from app.identity.id_token import Claims, read_id_token
from app.identity.issuer import Issuer, Metadata

# Where the provider sends the browser back to; both are registered there by their full address.
CALLBACK_PATH = "/signin/callback"
SIGNED_OUT_PATH = "/signin"
NAME_LENGTH_MAX = 120
# What a provider may say of itself when it refuses; anything longer is no error code.
_ERROR_LENGTH_MAX = 60


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is for the browser; the rest stays here until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser brings back from the provider."""

    code: str = ""
    state: str = ""
    issuer: str = ""
    error: str = ""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the provider vouches for. (issuer, subject) is who he is; all else may change."""

    issuer: str
    subject: str
    name: str
    email: str
    language: str
    claims: Claims
    id_token: str
    provider_session: str


def read_answer(parameters: Sequence[tuple[str, str]]) -> Answer:
    """Of the callback's query. A parameter that comes twice is nobody's honest answer."""
    names = {"code": "code", "state": "state", "iss": "issuer", "error": "error"}
    found: dict[str, str] = {}
    for name, text in parameters:
        if name in names:
            if names[name] in found:
                raise AnswerMalformed
            found[names[name]] = text
    return Answer(**found)


async def begin(issuer: Issuer, *, redirect_uri: str, scopes: str, language: str) -> Begun:
    metadata = await issuer.metadata()
    nonce, verifier = generate_token(32), generate_token(64)
    async with _client(issuer, metadata, redirect_uri) as client:
        url, state = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=generate_token(32),
            scope=scopes,
            nonce=nonce,
            code_verifier=verifier,
            ui_locales=f"{language} en",
        )
    return Begun(url=url, state=state, nonce=nonce, verifier=verifier)


async def identify(
    issuer: Issuer, answer: Answer, *, nonce: str, verifier: str, redirect_uri: str
) -> Identity:
    """Who it is that came back. The caller has made sure that he is the one who was sent."""
    metadata = await issuer.metadata()
    _check_answer(answer, metadata)
    async with _client(issuer, metadata, redirect_uri) as client:
        token = await _token(client, metadata, code=answer.code, verifier=verifier)
        access_token = str(token["access_token"])
        claims = await read_id_token(
            token["id_token"], issuer=issuer, nonce=nonce, access_token=access_token
        )
        described = await _userinfo(client, metadata) if metadata.userinfo_endpoint else {}
    if described and described.get("sub") != claims["sub"]:
        raise SubjectMismatch
    return _identity(issuer, described | claims, token["id_token"])


async def logout_url(issuer: Issuer, *, id_token: str, return_to: str, state: str) -> str | None:
    """Where the browser ends the provider's own session too (RP-initiated logout), if it has such a
    place."""
    endpoint = (await issuer.metadata()).end_session_endpoint
    if not endpoint:
        return None
    hint = [("id_token_hint", id_token)] if id_token else []
    return str(
        add_params_to_uri(
            endpoint,
            [
                *hint,
                ("client_id", issuer.client_id),
                ("post_logout_redirect_uri", return_to),
                ("state", state),
            ],
        )
    )


def _client(issuer: Issuer, metadata: Metadata, redirect_uri: str) -> AsyncOAuth2Client:
    """Only what is named here is handed on: Authlib would let a provider's description switch TLS
    checks off."""
    supported = metadata.token_endpoint_auth_methods_supported
    posted = "client_secret_basic" not in supported and "client_secret_post" in supported
    method = "client_secret_post" if posted else "client_secret_basic"
    return AsyncOAuth2Client(
        client_id=issuer.client_id,
        client_secret=issuer.client_secret,
        token_endpoint_auth_method=method if issuer.client_secret else "none",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        # It would refuse a token that ends within the minute; this one is used at once.
        leeway=0,
        **issuer.http(),
    )


def _check_answer(answer: Answer, metadata: Metadata) -> None:
    """RFC 9207 first: an answer of another provider is not even read."""
    wanted = metadata.authorization_response_iss_parameter_supported
    if (answer.issuer or wanted) and answer.issuer != metadata.issuer:
        raise IssuerParameterWrong
    if answer.error:
        raise ProviderDenied(error=answer.error[:_ERROR_LENGTH_MAX])
    if not answer.code:
        raise AnswerMalformed


async def _token(
    client: AsyncOAuth2Client, metadata: Metadata, *, code: str, verifier: str
) -> Mapping[str, Any]:
    try:
        token: Mapping[str, Any] = await client.fetch_token(
            metadata.token_endpoint,
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
        )
    except OAuthError as error:
        raise CodeRefused from error
    except (httpx2.HTTPError, ValueError, TypeError) as error:
        raise ProviderUnavailable from error
    if not isinstance(token.get("access_token"), str) or not token["access_token"]:
        raise CodeRefused
    if str(token.get("token_type", "")).lower() != "bearer":
        raise ProviderMisconfigured(reason="token_type")
    if not isinstance(token.get("id_token"), str) or not token["id_token"]:
        raise IdTokenMissing
    return token


async def _userinfo(client: AsyncOAuth2Client, metadata: Metadata) -> Claims:
    try:
        response = await client.get(metadata.userinfo_endpoint)
        response.raise_for_status()
        described = response.json()
    except (httpx2.HTTPError, OAuthError, ValueError) as error:
        raise ProviderUnavailable from error
    # An answer without a subject describes nobody; it must not pass for one that was not given.
    if not isinstance(described, dict) or not described.get("sub"):
        raise SubjectMismatch
    return described


def _identity(issuer: Issuer, claims: Claims, id_token: str) -> Identity:
    def text(name: str) -> str:
        found = claims.get(name)
        return found.strip()[:NAME_LENGTH_MAX] if isinstance(found, str) else ""

    return Identity(
        issuer=issuer.url,
        subject=claims["sub"],
        name=text("name") or text("preferred_username") or text("email") or claims["sub"],
        email=text("email"),
        language=normalized(text("locale")) or "",
        claims=claims,
        id_token=id_token,
        provider_session=text("sid"),
    )
