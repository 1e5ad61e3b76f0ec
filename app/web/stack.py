"""All that stands around the pages, in its order."""

from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

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

# Where files are taken in; every other address takes a form or an order.
UPLOADS = {"/operation/import": UPLOAD_BYTES_MAX}
# These ask nobody who he is, and answer when the database is away.
ANONYMOUS = ("/static/", "/health", "/ready", f"{provider.PATH}/")


def middleware(settings: Settings, *, told: TellRefusal, broken: TellFault) -> list[Middleware]:
    """Outermost first. `told` and `broken` answer for what is refused before a page is reached."""
    return [
        Middleware(RequestLog),
        Middleware(SecurityHeaders, secure=is_secure(settings)),
        Middleware(Refusals, told=told, broken=broken),
        Middleware(
            TrustedHostMiddleware, allowed_hosts=trusted_hosts(settings), www_redirect=False
        ),
        Middleware(BodyLimit, larger=UPLOADS),
        Middleware(SessionLoading, anonymous=ANONYMOUS),
        Middleware(CsrfGuard, origin=origin_of(settings.base_url), exempt=(f"{provider.PATH}/",)),
    ]


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def trusted_hosts(settings: Settings) -> list[str]:
    """The names under which we are reached. A forged one would end up in links and redirects."""
    named = {name.strip() for name in settings.trusted_hosts.split(",")} - {""}
    named.add(urlsplit(settings.base_url).hostname or "localhost")
    return sorted(named | (LOOPBACK if settings.is_development else set()))
