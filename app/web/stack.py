"""All that stands around the pages, in its order."""

from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.identity import provider
from app.identity.issuer import LOOPBACK
from app.identity.session import is_secure
from app.settings import Settings
from app.web.body_limit import UPLOAD_BYTES_MAX, BodyLimit
from app.web.csrf import CsrfGuard
from app.web.refusal import Refusals, TellFault, TellRefusal
from app.web.request_log import RequestLog
from app.web.security_headers import SecurityHeaders
from app.web.session_loading import SessionLoading

# Programs ask here. A cookie says nothing, and what is refused is refused in GraphQL's own shape.
API = ("/graphql", "/schema.graphql")
# Where files are taken in, or where the address itself counts what comes.
UPLOADS = {"/operation/import": UPLOAD_BYTES_MAX, "/graphql": UPLOAD_BYTES_MAX}
# These ask nobody who he is, and answer when the database is away.
ANONYMOUS = ("/static/", "/health", "/ready", f"{provider.PATH}/", *API)
# Whoever watches over us from next door asks by number, not by name.
PROBES = frozenset({"/health", "/ready"})


class HostGuard(TrustedHostMiddleware):
    """A forged host name would end up in links and redirects."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: list[str]) -> None:
        super().__init__(app, allowed_hosts=allowed_hosts, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inner = self.app if scope.get("path") in PROBES else super().__call__
        await inner(scope, receive, send)


def middleware(settings: Settings, *, told: TellRefusal, broken: TellFault) -> list[Middleware]:
    """Outermost first. `told` and `broken` answer for what is refused before a page is reached."""
    return [
        Middleware(RequestLog),
        Middleware(SecurityHeaders, secure=is_secure(settings)),
        Middleware(Refusals, told=told, broken=broken),
        Middleware(HostGuard, allowed_hosts=trusted_hosts(settings)),
        Middleware(BodyLimit, larger=UPLOADS),
        Middleware(SessionLoading, anonymous=ANONYMOUS),
        Middleware(
            CsrfGuard, origin=origin_of(settings.base_url), exempt=(f"{provider.PATH}/", *API)
        ),
    ]


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def trusted_hosts(settings: Settings) -> list[str]:
    """The names under which we are reached."""
    named = {name.strip() for name in settings.trusted_hosts.split(",")} - {""}
    named.add(urlsplit(settings.base_url).hostname or "localhost")
    return sorted(named | (LOOPBACK if settings.is_development else set()))
