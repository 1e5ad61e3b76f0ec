"""The development identity provider: a small OpenID Connect provider where one picks who one is.

It is spoken to like any other one, over HTTP, with a code, PKCE and signed tokens. It does not run
where anybody
else could reach it: not in production, not beside a real issuer, not beyond this machine."""

from app.identity.errors import DevelopmentProviderRefused
from app.identity.issuer import LOOPBACK, is_loopback
from app.identity.provider.people import ISSUER_PATH
from app.settings import Settings

PATH = ISSUER_PATH


def refusal(settings: Settings) -> DevelopmentProviderRefused | None:
    """Why it does not run here; None where it does."""
    if not settings.is_development:
        return DevelopmentProviderRefused(reason="This is production.")
    if settings.oidc_issuer:
        return DevelopmentProviderRefused(reason="An issuer is configured.")
    if settings.host not in LOOPBACK:
        return DevelopmentProviderRefused(reason="The server listens beyond this machine.")
    if not is_loopback(settings.base_url):
        return DevelopmentProviderRefused(reason="The public address is beyond this machine.")
    return None


def issuer_url(settings: Settings) -> str:
    return f"{settings.base_url}{PATH}"
