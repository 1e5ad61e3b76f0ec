"""A choice of language, theme or density: kept with the person, else in a cookie."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.identity.actions import prefer
from app.identity.errors import PreferenceUnknown
from app.identity.next_path import safe_path
from app.identity.order import Prefer
from app.identity.session import CHOICES, is_choice, is_secure
from app.operation.business_day import NoBusinessDay
from app.settings import settings
from views.page import public_page

_YEAR = 365 * 24 * 60 * 60


async def choose(request: Request) -> Response:
    """One field of the form is the choice; the page one came from is drawn again with it."""
    form = await request.form()
    field = next((name for name in CHOICES if name in form), "")
    choice = str(form.get(field, ""))
    if not is_choice(field, choice):
        raise PreferenceUnknown
    await _keep(request, field, choice)
    response = RedirectResponse(safe_path(str(form.get("next", ""))), 303)
    response.set_cookie(
        field, choice, max_age=_YEAR, httponly=True, samesite="lax", secure=is_secure(settings())
    )
    return response


async def _keep(request: Request, field: str, choice: str) -> None:
    actor = getattr(request.state, "actor", None)
    if actor is None:
        return
    try:
        await prefer(actor, Prefer(field=field, choice=choice))
    except NoBusinessDay:
        # No book yet, so nothing can be written; the cookie remembers until there is one.
        return


routes = [public_page("/preference", choose, methods=("POST",))]
