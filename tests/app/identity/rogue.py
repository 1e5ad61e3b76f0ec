"""An identity provider that can misbehave in every way we know of.

Written apart from our own development provider, so that the two cannot share a mistake. It is
spoken to over HTTP like a real one; what the browser would do on its pages, `answer` does."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import serialize_compact
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

ISSUER = "http://127.0.0.1:9100/idp"
CLIENT_ID = "afterloan"
CLIENT_SECRET = "the client's secret, with spaces: and colons"

Claims = dict[str, Any]


@cache
def rsa_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "kid": name})


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def half_hash(text: str) -> str:
    return b64(hashlib.sha256(text.encode()).digest()[:16])


class Rogue:
    """Honest until `mode` says otherwise; counts how often it is asked for its keys."""

    def __init__(self, mode: str = "good") -> None:
        self.mode = mode
        self.subject = "he.wei"
        self.roles: Any = ["collector"]
        self.keys = [rsa_key("first")]
        if mode == "no_kid_two_keys":
            self.keys.append(rsa_key("second"))
        self.signing = rsa_key("first")
        self.asked: dict[str, int] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.numbers = count(1)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/idp/.well-known/openid-configuration", self.configuration),
                Route("/idp/jwks", self.jwks),
                Route("/idp/token", self.token, methods=["POST"]),
                Route("/idp/userinfo", self.userinfo),
            ]
        )

    def answer(self, authorize_url: str) -> str:
        """The person signs in there; what comes back is the address the browser is sent to."""
        asked = {
            name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()
        }
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{next(self.numbers)}"
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": ISSUER}
        answer |= self._answers().get(self.mode, {})
        doubled = {"state_twice": [("state", "other")], "iss_twice": [("iss", ISSUER)]}
        pairs = [*answer.items(), *doubled.get(self.mode, [])]
        return f"{asked['redirect_uri']}?{urlencode([pair for pair in pairs if pair[1]])}"

    def _answers(self) -> dict[str, dict[str, str]]:
        return {
            "iss_parameter_wrong": {"iss": "https://other.example"},
            "iss_parameter_missing": {"iss": ""},
            "denied": {"code": "", "error": "access_denied"},
            "denied_by_other": {
                "code": "",
                "error": "access_denied",
                "iss": "https://other.example",
            },
            "no_code": {"code": ""},
            "state_unknown": {"state": "made-up"},
            "state_missing": {"state": ""},
            "foreign_code": {"code": "code-of-somebody-else"},
        }

    async def configuration(self, request: Request) -> Response:
        self._count("configuration")
        found: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks",
            "end_session_endpoint": f"{ISSUER}/end",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            # Authlib hands these on to its HTTP client when it is let.
            "verify": False,
            "proxy": "http://127.0.0.1:1",
        }
        if self.mode == "configuration_500":
            return PlainTextResponse("down", 500)
        if self.mode == "configuration_moved":
            return RedirectResponse("http://127.0.0.1:9100/elsewhere")
        if self.mode == "configuration_html":
            return PlainTextResponse("<html>")
        if self.mode == "configuration_huge":
            return JSONResponse(found | {"padding": "x" * 300_000})
        return JSONResponse(found | self._configurations().get(self.mode, {}))

    def _configurations(self) -> dict[str, Claims]:
        return {
            "configuration_other_issuer": {"issuer": "https://other.example"},
            "configuration_issuer_slash": {"issuer": f"{ISSUER}/"},
            "configuration_no_token_endpoint": {"token_endpoint": None},
            "configuration_plain_http": {"token_endpoint": "http://other.example/token"},
            "configuration_file": {"jwks_uri": "file:///etc/passwd"},
            "configuration_no_s256": {"code_challenge_methods_supported": ["plain"]},
            "configuration_no_code": {"response_types_supported": ["id_token"]},
            "configuration_only_hs256": {
                "id_token_signing_alg_values_supported": ["HS256", "none"]
            },
            "no_userinfo": {"userinfo_endpoint": ""},
            "iss_parameter_unsupported": {"authorization_response_iss_parameter_supported": False},
        }

    async def jwks(self, request: Request) -> Response:
        self._count("jwks")
        if self.mode == "jwks_500":
            return PlainTextResponse("down", 500)
        if self.mode == "jwks_empty":
            return JSONResponse({"keys": []})
        if self.mode == "jwks_nonsense":
            return JSONResponse([1, 2])
        if self.mode == "jwks_shared_secret":
            shared = OctKey.import_key(CLIENT_SECRET, {"kid": "first"})
            return JSONResponse({"keys": [shared.as_dict(private=True)]})
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def token(self, request: Request) -> Response:
        self._count("token")
        form = dict(await request.form())
        asked = self.codes.pop(str(form.get("code")), None)
        if asked is None or not self._is_ours(request) or not self._is_proven(form, asked):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if self.mode == "token_500":
            return PlainTextResponse("down", 500)
        if self.mode == "token_html":
            return PlainTextResponse("<html>")
        if self.mode == "token_list":
            return JSONResponse([1])
        if self.mode == "token_refused":
            return JSONResponse({"error": "invalid_grant", "error_description": "<b>no</b>"}, 400)
        token: dict[str, Any] = {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(asked["nonce"]),
        }
        return JSONResponse(token | self._tokens().get(self.mode, {}))

    def _tokens(self) -> dict[str, Claims]:
        return {
            "id_token_missing": {"id_token": None},
            "id_token_empty": {"id_token": ""},
            "id_token_number": {"id_token": 7},
            "access_token_missing": {"access_token": None},
            "token_type_mac": {"token_type": "mac"},
        }

    async def userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer opaque":
            return JSONResponse({"error": "invalid_token"}, 401)
        if self.mode == "userinfo_500":
            return PlainTextResponse("down", 500)
        if self.mode == "userinfo_html":
            return PlainTextResponse("<html>")
        subjects = {"userinfo_other_subject": "xu.jing", "userinfo_no_subject": None}
        subject = subjects.get(self.mode, self.subject)
        return JSONResponse({"sub": subject, "name": "何薇", "email": "he.wei@lender.example"})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "at_hash": half_hash("opaque"),
            "roles": self.roles,
            "team": "east-1",
            "locale": "zh-CN",
            "sid": "provider-session",
        }
        claims |= self._claims(now, nonce).get(self.mode, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        forged = self._forgeries().get(self.mode)
        return forged(claims) if forged else self._signed(claims)

    def _claims(self, now: int, nonce: str) -> dict[str, Claims]:
        return {
            "no_at_hash": {"at_hash": None},
            "aud_as_list": {"aud": [CLIENT_ID]},
            "azp_ours": {"azp": CLIENT_ID},
            "clock_ahead": {"iat": now + 20, "nbf": now + 20},
            "iss_wrong": {"iss": "https://other.example"},
            "iss_missing": {"iss": None},
            "iss_as_list": {"iss": [ISSUER]},
            "aud_wrong": {"aud": "other"},
            "aud_missing": {"aud": None},
            "aud_empty": {"aud": []},
            "aud_other_azp_ours": {"aud": "other", "azp": CLIENT_ID},
            "aud_more_azp_ours": {"aud": ["other", CLIENT_ID], "azp": CLIENT_ID},
            "azp_wrong": {"azp": "other"},
            "exp_past": {"exp": now - 60},
            "exp_missing": {"exp": None},
            "exp_text": {"exp": str(now + 300)},
            "exp_nan": {"exp": float("nan")},
            "iat_future": {"iat": now + 120},
            "iat_missing": {"iat": None},
            "iat_old": {"iat": now - 3600},
            "nbf_future": {"nbf": now + 120},
            "nonce_wrong": {"nonce": "another"},
            "nonce_missing": {"nonce": None},
            "nonce_as_list": {"nonce": [nonce]},
            "sub_empty": {"sub": ""},
            "sub_blank": {"sub": "  "},
            "sub_missing": {"sub": None},
            "sub_number": {"sub": 7},
            "sub_long": {"sub": "x" * 300},
            "sub_nul": {"sub": "he\0wei"},
            "at_hash_wrong": {"at_hash": half_hash("another")},
        }

    def _forgeries(self) -> dict[str, Callable[[Claims], str]]:
        public = self.signing.public_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "no_kid": lambda claims: self._signed(claims, kid=None),
            "no_kid_two_keys": lambda claims: self._signed(claims, kid=None),
            "kid_unknown": lambda claims: self._signed(claims, kid="never seen"),
            "key_wrong": lambda claims: self._signed(claims, key=rsa_key("second")),
            "key_in_header": lambda claims: self._own_key(claims, kid=None),
            "key_in_header_kid_wrong": lambda claims: self._own_key(claims),
            "typ_access_token": lambda claims: self._signed(claims, typ="at+jwt"),
            "typ_logout": lambda claims: self._signed(claims, typ="logout+jwt"),
            "crit_unknown": lambda claims: self._raw(
                {"alg": "RS256", "kid": "first", "crit": ["x-must"], "x-must": 1}, claims, b"x"
            ),
            "alg_none": lambda claims: self._raw({"alg": "none"}, claims, b""),
            "alg_none_kid": lambda claims: self._raw({"alg": "none", "kid": "first"}, claims, b""),
            "alg_missing": lambda claims: self._raw({"kid": "first"}, claims, b"x"),
            "hs256_public_key": lambda claims: self._hmac(claims, public),
            "hs256_client_secret": lambda claims: self._hmac(claims, CLIENT_SECRET.encode()),
            "jwks_shared_secret": lambda claims: self._hmac(claims, CLIENT_SECRET.encode()),
            "signature_missing": lambda claims: self._signed(claims).rpartition(".")[0] + ".",
            "signature_of_other_claims": lambda claims: self._swapped(claims),
            "not_a_token": lambda claims: "not a token",
            "five_parts": lambda claims: "a.b.c.d.e",
            "claims_are_a_list": lambda claims: self._signed_bytes(b"[1]"),
        }

    def _signed(self, claims: Claims, *, key: RSAKey | ECKey | None = None, **header: Any) -> str:
        wanted = {"alg": "RS256", "typ": "JWT", "kid": "first"} | header
        wanted = {name: value for name, value in wanted.items() if value is not None}
        return jwt.encode(wanted, dict(claims), key or self.signing)

    def _own_key(self, claims: Claims, **header: Any) -> str:
        """Genuine by the key that it brings along itself."""
        own = ECKey.generate_key("P-256", auto_kid=True)
        return self._signed(claims, key=own, alg="ES256", jwk=own.as_dict(private=False), **header)

    def _signed_bytes(self, payload: bytes) -> str:
        return serialize_compact({"alg": "RS256", "kid": "first"}, payload, self.signing)

    def _hmac(self, claims: Claims, secret: bytes) -> str:
        header = {"alg": "HS256", "kid": "first", "typ": "JWT"}
        unsigned = self._raw(header, claims, b"").rpartition(".")[0]
        return f"{unsigned}.{b64(hmac.digest(secret, unsigned.encode(), 'sha256'))}"

    def _swapped(self, claims: Claims) -> str:
        _, _, signature = self._signed(claims | {"sub": "other"}).split(".")
        header, payload, _ = self._signed(claims).split(".")
        return f"{header}.{payload}.{signature}"

    def _raw(self, header: Claims, claims: Claims, signature: bytes) -> str:
        return ".".join(
            [b64(json.dumps(header).encode()), b64(json.dumps(claims).encode()), b64(signature)]
        )

    def _is_ours(self, request: Request) -> bool:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {expected}"

    def _is_proven(self, form: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
        challenge = b64(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        return (
            form["grant_type"] == "authorization_code"
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )

    def _count(self, what: str) -> None:
        self.asked[what] = self.asked.get(what, 0) + 1
