"""What we refuse and what broke: a page, or a toast where a part of a page was asked for."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.errors import AfterloanError, Unauthenticated
from app.i18n import N_
from app.i18n import gettext as _
from app.identity.next_path import safe_next
from app.log import get_logger, request_id
from app.web.request_log import route_of
from views.reader import preferences
from views.rendering import render

log = get_logger(__name__)

TITLES = {
    400: N_("This request cannot be read"),
    403: N_("You may not open this"),
    404: N_("There is nothing here"),
    405: N_("There is nothing here"),
    409: N_("This changed meanwhile"),
    413: N_("This is too large"),
    422: N_("This cannot be used"),
    429: N_("Too many requests"),
    503: N_("Not available at the moment"),
}
BROKEN = N_("Something went wrong on our side")


async def told(request: Request, error: AfterloanError) -> Response:
    """A refusal that has a name."""
    if isinstance(error, Unauthenticated):
        return _to_signin(request)
    # As it is declared: somebody may have typed a name into the address.
    log.log(error.log_level, "refused", code=error.code, route=route_of(request.scope))
    return _answer(
        request,
        error.status_code,
        text=error.render(preferences(request).language),
        mend=error.render_mend(preferences(request).language),
    )


async def told_by_status(request: Request, error: HTTPException) -> Response:
    """What the framework refuses: an address or method that is not there, a body it cannot read."""
    return _answer(request, error.status_code, headers=dict(error.headers or {}))


async def broken(request: Request, _error: Exception) -> Response:
    """Nothing of the exception's own text reaches the reader."""
    return _answer(
        request,
        500,
        text=_("It has been noted, and nothing was half done."),
        mend=_("Try again. If it happens once more, tell your administrator."),
    )


def _answer(
    request: Request,
    status_code: int,
    *,
    text: str = "",
    mend: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    preferences(request).speak()
    partial = request.headers.get("hx-request") == "true"
    signed_in = getattr(request.state, "actor", None) is not None
    template = "page" if signed_in else "bare"
    response = render(
        request,
        "error/_toast.html" if partial else f"error/{template}.html",
        status_code,
        headers=headers,
        title=_(TITLES.get(status_code, _title(status_code))),
        text=text,
        mend=mend,
        status=status_code,
        request_id=request_id(),
    )
    if partial:
        # Only the toast: what the reader sees stays as it is.
        response.headers["HX-Reswap"] = "none"
    return response


def _title(status_code: int) -> str:
    return BROKEN if status_code >= 500 else HTTPStatus(status_code).phrase


def _to_signin(request: Request) -> Response:
    """A part of a page cannot be redirected: the sign-in would be pasted into it."""
    if request.headers.get("hx-request") == "true":
        parts = urlsplit(request.headers.get("hx-current-url", "/"))
        came_from = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return Response(status_code=401, headers={"HX-Redirect": _signin(came_from)})
    here = request.url.path
    if request.method != "GET":
        return RedirectResponse(_signin("/"), 303)
    return RedirectResponse(
        _signin(f"{here}?{request.url.query}" if request.url.query else here), 303
    )


def _signin(came_from: str) -> str:
    wanted = safe_next(came_from)
    return "/signin" if wanted == "/" else f"/signin?next={quote(wanted, safe='/')}"


# Starlette types a handler by the base class alone.
handlers: Mapping[type[Exception], Any] = {
    AfterloanError: told,
    HTTPException: told_by_status,
    Exception: broken,
}
