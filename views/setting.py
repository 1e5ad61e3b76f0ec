"""One's own settings: how the pages look and speak. Each choice is kept as soon as it is made."""

from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.i18n import N_
from views.page import page
from views.rendering import render
from views.words import ROW_SCOPES

THEMES = (
    ("auto", N_("Like the system")),
    ("light", N_("Light")),
    ("dark", N_("Dark")),
    ("contrast", N_("High contrast")),
)
# The lines of the little picture tell how many rows fit.
DENSITIES = (("cosy", N_("Cosy"), 4), ("compact", N_("Compact"), 5), ("touch", N_("Touch"), 3))


async def setting(request: Request) -> Response:
    session = getattr(request.state, "session", None)
    return render(
        request,
        "setting/setting.html",
        themes=THEMES,
        densities=DENSITIES,
        row_scopes=ROW_SCOPES,
        chosen_language=getattr(session, "language", ""),
        now=clock.now(),
    )


routes = [page("/setting", setting, permission=None)]
