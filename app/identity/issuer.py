"""The identity provider that is configured: where its doors are and which keys it signs with.

Both are looked up again every quarter of an hour, so that a changed or mistaken description does
not stay
until the next restart; nobody can make us ask more often than twice a minute."""

import ssl
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from app.identity.errors import ProviderMisconfigured, ProviderUnavailable
from app.identity.kept import Kept, Lifetime

# Signatures by a private key only: with a shared secret, whoever can check could also sign.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
)  # fmt: skip
RSA_BITS_MIN = 2048
ANSWER_BYTES_MAX = 256 * 1024
TIMEOUT_SECONDS = 5.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LIFETIME = Lifetime(fresh=15 * 60, usable=60 * 60, pause_after_failure=5, pause_between_renewals=30)


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What we use of the provider's description of itself (OpenID Connect Discovery); the rest is
    not read."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    response_types_supported: list[str] = msgspec.field(default_factory=lambda: ["code"])
    id_token_signing_alg_values_supported: list[str] = msgspec.field(
        default_factory=lambda: ["RS256"]
    )
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(
        default_factory=lambda: ["client_secret_basic"]
    )
    code_challenge_methods_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool = False

    @property
    def algorithms(self) -> list[str]:
        return [name for name in ALGORITHMS if name in self.id_token_signing_alg_values_supported]


class Issuer:
    """One per process; remembers nothing about people."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        client_secret: str,
        transport: httpx2.AsyncBaseTransport | None = None,
        lifetime: Lifetime = LIFETIME,
    ) -> None:
        self.url, self.client_id, self.client_secret = url, client_id, client_secret
        self._transport = transport
        self._metadata = Kept(self._fetch_metadata, lifetime)
        self._keys = Kept(self._fetch_keys, lifetime)

    async def metadata(self) -> Metadata:
        return await self._metadata.get()

    async def keys(self) -> KeySet:
        return await self._keys.get()

    async def keys_after_rotation(self) -> KeySet:
        return await self._keys.renew()

    def http(self) -> dict[str, Any]:
        """How we speak to it: no proxy from the environment, no redirects, never for long."""
        options: dict[str, Any] = {
            "trust_env": False,
            "follow_redirects": False,
            "timeout": TIMEOUT_SECONDS,
        }
        if self._transport is not None:
            return options | {"transport": self._transport}
        return options | ({"verify": _certificates()} if self.url.startswith("https:") else {})

    async def _fetch_metadata(self) -> Metadata:
        body = await self._fetch(f"{self.url.rstrip('/')}/.well-known/openid-configuration")
        try:
            metadata = msgspec.json.decode(body, type=Metadata)
        except msgspec.DecodeError as error:
            raise ProviderMisconfigured(reason="openid-configuration") from error
        check_metadata(metadata, self.url)
        return metadata

    async def _fetch_keys(self) -> KeySet:
        body = await self._fetch((await self.metadata()).jwks_uri)
        try:
            found = KeySet.import_key_set(msgspec.json.decode(body))
        except (msgspec.DecodeError, JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderMisconfigured(reason="jwks_uri") from error
        keys = [key for key in found if _may_verify(key)]
        if not keys:
            raise ProviderMisconfigured(reason="jwks_uri")
        return KeySet(keys)

    async def _fetch(self, url: str) -> bytes:
        try:
            async with (
                httpx2.AsyncClient(**self.http()) as client,
                client.stream("GET", url, headers={"Accept": "application/json"}) as response,
            ):
                response.raise_for_status()
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES_MAX:
                        raise ProviderMisconfigured(reason=urlsplit(url).path)
                return body
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProviderUnavailable from error


def check_metadata(metadata: Metadata, issuer: str) -> None:
    """Raises unless it describes the issuer we were told to trust, by the means we insist on."""
    if metadata.issuer != issuer:
        raise ProviderMisconfigured(reason="issuer")
    endpoints = (
        "authorization_endpoint", "token_endpoint", "jwks_uri",
        "userinfo_endpoint", "end_session_endpoint",
    )  # fmt: skip
    for name in endpoints:
        if not _is_safe(getattr(metadata, name), issuer):
            raise ProviderMisconfigured(reason=name)
    if "code" not in metadata.response_types_supported:
        raise ProviderMisconfigured(reason="response_types_supported")
    methods = metadata.code_challenge_methods_supported
    if methods is not None and "S256" not in methods:
        raise ProviderMisconfigured(reason="code_challenge_methods_supported")
    if not metadata.algorithms:
        raise ProviderMisconfigured(reason="id_token_signing_alg_values_supported")


def is_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "") in LOOPBACK


def _is_safe(endpoint: str, issuer: str) -> bool:
    """Encrypted, or on this machine as the issuer itself is. What is left out is not used."""
    if not endpoint or endpoint.startswith("https://"):
        return True
    return endpoint.startswith("http://") and is_loopback(issuer) and is_loopback(endpoint)


def _may_verify(key: Key) -> bool:
    if isinstance(key, RSAKey):
        strong = key.raw_value.key_size >= RSA_BITS_MIN
    else:
        strong = isinstance(key, ECKey)
    return strong and key.get("use") in (None, "sig")


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()
