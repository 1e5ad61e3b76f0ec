"""The first page: where each role's day begins."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.permission import Role
from views.navigation import may_open
from views.page import page

STARTS = {
    Role.collector: "/collection/board",
    Role.lead: "/collection/board",
    Role.credit_manager: "/customer",
    Role.service: "/customer",
    Role.risk_officer: "/report",
    Role.management: "/report",
    Role.administrator: "/operation/day",
}
NOWHERE = "/setting"


async def home(request: Request) -> Response:
    roles = request.state.actor.roles
    starts = (start for role, start in STARTS.items() if role in roles and may_open(request, start))
    return RedirectResponse(next(starts, NOWHERE), 303)


routes: list[Route] = [page("/", home, permission=None)]
