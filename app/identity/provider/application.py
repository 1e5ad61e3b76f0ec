"""The provider's doors: discovery, keys, the page where one picks a person, token, userinfo and the
way out."""

import base64
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import NotFound
from app.identity.issuer import LOOPBACK
from app.identity.oidc import CALLBACK_PATH, SIGNED_OUT_PATH
from app.identity.provider import PATH, issuer_url, mint, refusal
from app.identity.provider.grant import Grant, Grants
from app.identity.provider.people import COLLEAGUES, PEOPLE, PLACES, person_of
from app.identity.provider.secret import Secrets, provider_secrets
from app.settings import Settings
from app.web.stated import StatedRoute, stated

_logger = logging.getLogger(__name__)
# What the page carries from its address to its form.
_CARRIED = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
]
_TEXT_LENGTH_MAX = 600

Render = Callable[..., Response]


class Provider:
    """Holds the codes on their way; everything else comes from the settings and the state
    folder."""

    def __init__(self, settings: Settings, render: Render) -> None:
        self.settings, self.render = settings, render
        self.url = issuer_url(settings)
        self.grants = Grants()

    @property
    def secrets(self) -> Secrets:
        return provider_secrets(self.settings.home)

    def application(self) -> ASGIApp:
        routes = [
            _here("/.well-known/openid-configuration", self.configuration),
            _here("/jwks.json", self.keys),
            _here("/authorize", self.choose),
            _here("/authorize", self.chosen, methods=("POST",)),
            _here("/token", self.token, asks="client secret", methods=("POST",)),
            _here("/userinfo", self.userinfo, asks="token", methods=("GET", "POST")),
            _here("/end_session", self.end_session, methods=("GET", "POST")),
        ]
        return _OnThisMachineOnly(Router(routes=routes))

    async def configuration(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks.json",
                "end_session_endpoint": f"{self.url}/end_session",
                "scopes_supported": ["openid", "profile", "email"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.secrets.signing_key.as_dict(private=False)]})

    async def choose(self, request: Request) -> Response:
        asked = self._asked(request.query_params)
        if asked.get("fault"):
            return self._back(asked, error=asked["fault"])
        return self.render(
            request,
            "identity/provider.html",
            action=f"{PATH}/authorize",
            asked={name: asked[name] for name in _CARRIED},
            people=PEOPLE,
            colleagues=COLLEAGUES,
            places=PLACES,
        )

    async def chosen(self, request: Request) -> Response:
        async with request.form(max_fields=30, max_files=0) as form:
            given = {name: text for name, text in form.items() if isinstance(text, str)}
        asked = self._asked(given)
        if asked.get("fault"):
            return self._back(asked, error=asked["fault"])
        person = person_of(given.get("person", ""))
        if person is None:
            return self._back(asked, error="access_denied")
        code = self.grants.issue(
            Grant(
                person=person,
                nonce=asked["nonce"],
                challenge=asked["code_challenge"],
                redirect_uri=asked["redirect_uri"],
                scope=asked["scope"],
            )
        )
        return self._back(asked, code=code)

    async def token(self, request: Request) -> Response:
        async with request.form(max_fields=30, max_files=0) as form:
            given = {name: text for name, text in form.items() if isinstance(text, str)}
        if not self._is_client(request, given):
            return _refused("invalid_client", 401)
        if given.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        grant = self.grants.redeem(
            given.get("code", ""),
            redirect_uri=given.get("redirect_uri", ""),
            verifier=given.get("code_verifier", ""),
        )
        if grant is None:
            return _refused("invalid_grant")
        return JSONResponse(self._tokens(grant), headers={"Cache-Control": "no-store"})

    async def userinfo(self, request: Request) -> Response:
        kind, _, raw = request.headers.get("authorization", "").partition(" ")
        subject = mint.read_access_token(self.secrets, raw, issuer=self.url)
        person = person_of(subject or "")
        if kind.lower() != "bearer" or person is None:
            return _refused("invalid_token", 401)
        return JSONResponse(mint.described(person))

    async def end_session(self, request: Request) -> Response:
        """There is nothing to end: everybody is asked anew each time. So it only leads back."""
        asked = request.query_params
        known = mint.hinted_person(self.secrets, asked.get("id_token_hint", ""))
        return_to = f"{self.settings.base_url}{SIGNED_OUT_PATH}"
        if known is None or asked.get("post_logout_redirect_uri") != return_to:
            return _refused("invalid_request")
        query = urlencode({"state": asked.get("state", "")})
        return RedirectResponse(f"{return_to}?{query}", 303)

    def _asked(self, given: Mapping[str, str]) -> dict[str, str]:
        """The request as far as it is understood, with its `fault`; refused outright when it is not
        our client's."""
        asked = {name: given.get(name, "")[:_TEXT_LENGTH_MAX] for name in _CARRIED}
        return_to = f"{self.settings.base_url}{CALLBACK_PATH}"
        if (asked["client_id"], asked["redirect_uri"]) != (self.settings.oidc_client_id, return_to):
            raise HTTPException(400, "unknown client_id or redirect_uri")
        if asked["response_type"] != "code":
            return asked | {"fault": "unsupported_response_type"}
        if "openid" not in asked["scope"].split():
            return asked | {"fault": "invalid_scope"}
        if asked["code_challenge_method"] != "S256" or len(asked["code_challenge"]) != 43:
            return asked | {"fault": "invalid_request"}
        return asked

    def _back(self, asked: Mapping[str, str], **answer: str) -> Response:
        query = urlencode({**answer, "state": asked["state"], "iss": self.url})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)

    def _is_client(self, request: Request, given: Mapping[str, str]) -> bool:
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        name, secret = given.get("client_id", ""), given.get("client_secret", "")
        if kind.lower() == "basic":
            try:
                pair = base64.b64decode(encoded, validate=True).decode()
            except ValueError:
                return False
            name, _, secret = (unquote(part) for part in pair.partition(":"))
        return name == self.settings.oidc_client_id and hmac.compare_digest(
            secret.encode(), self.secrets.client_secret.encode()
        )

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        facts = {"issuer": self.url, "client_id": self.settings.oidc_client_id}
        audience = self.settings.api_audience or self.settings.base_url
        access = mint.access_token(self.secrets, grant, audience=audience, **facts)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": mint.SECONDS,
            "scope": grant.scope,
            "id_token": mint.id_token(self.secrets, grant, access_token=access, **facts),
        }


def development_provider(settings: Settings, render: Render) -> ASGIApp | None:
    """To be mounted at `provider.PATH`; None where it must not run, which is logged."""
    refused = refusal(settings)
    if refused is not None:
        _logger.debug("no development identity provider: %s", refused.facts["reason"])
        return None
    return Provider(settings, render).application()


class _OnThisMachineOnly:
    """Whatever the settings say, the connection itself must begin and end on this machine."""

    def __init__(self, app: Router) -> None:
        self.app = app
        # Where a mount looks for them.
        self.routes = app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ends = (scope.get("client") or ("",), scope.get("server") or ("",))
        if scope["type"] != "http" or any(end[0] not in LOOPBACK for end in ends):
            raise NotFound
        await self.app(scope, receive, send)


def _here(
    path: str,
    endpoint: Callable[..., Any],
    *,
    asks: str = "public",
    methods: Sequence[str] = ("GET",),
) -> StatedRoute:
    return stated(path, endpoint, access=f"{asks}, from this machine", methods=methods)


def _refused(error: str, status_code: int = 400) -> Response:
    return JSONResponse({"error": error}, status_code, headers={"Cache-Control": "no-store"})
