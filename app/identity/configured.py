"""The identity provider of this installation."""

from functools import cache

from app.identity import provider
from app.identity.errors import ProviderMisconfigured
from app.identity.issuer import Issuer, is_loopback
from app.identity.provider.secret import provider_secrets
from app.identity.role import read_role_map
from app.permission import Role
from app.settings import settings


@cache
def configured_issuer() -> Issuer:
    """The one the operator named, else the development provider where that may run."""
    current = settings()
    url = current.oidc_issuer
    if not url and provider.refusal(current) is None:
        return Issuer(
            provider.issuer_url(current),
            client_id=current.oidc_client_id,
            client_secret=provider_secrets(current.home).client_secret,
        )
    if not url.startswith("https://") and not (url and is_loopback(url)):
        raise ProviderMisconfigured(reason="AFTERLOAN_OIDC_ISSUER")
    return Issuer(
        url,
        client_id=current.oidc_client_id,
        client_secret=current.oidc_client_secret.get_secret_value(),
    )


@cache
def configured_roles() -> dict[str, Role]:
    return read_role_map(settings().oidc_role_map)
