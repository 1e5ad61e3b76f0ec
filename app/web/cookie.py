"""Our cookies: read before there is a request object, written with everything that protects
them."""

from datetime import timedelta

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from app.identity.session import browser_cookie, is_secure, session_cookie
from app.settings import settings

VALUE_LENGTH_MAX = 100
# As long as a browser keeps anything; it only ties a sign-in to the browser that began it.
_BROWSER_LIFETIME = timedelta(days=400)


def session_token(scope: Scope) -> str:
    """As the browser holds it; empty when it holds none that could be ours."""
    return _read(scope, session_cookie(settings()))


def browser_id(scope: Scope) -> str:
    return _read(scope, browser_cookie(settings()))


def keep_session(response: Response, token: str) -> None:
    _keep(response, session_cookie(settings()), token, settings().session_absolute)


def keep_browser(response: Response, id: str) -> None:
    _keep(response, browser_cookie(settings()), id, _BROWSER_LIFETIME)


def forget_session(response: Response) -> None:
    _keep(response, session_cookie(settings()), "", timedelta(0))


def _read(scope: Scope, name: str) -> str:
    for header in Headers(scope=scope).getlist("cookie"):
        for pair in header.split(";"):
            key, _, text = pair.strip().partition("=")
            if key == name:
                return text if len(text) <= VALUE_LENGTH_MAX else ""
    return ""


def _keep(response: Response, name: str, text: str, lifetime: timedelta) -> None:
    """Lax, not strict: the browser comes back from the identity provider by a link of another
    site."""
    response.set_cookie(
        name,
        text,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=is_secure(settings()),
        httponly=True,
        samesite="lax",
    )
