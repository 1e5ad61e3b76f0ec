"""The business day: its date, its close, what was set aside, and the jobs that wait."""

from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.operation.close.actions import release_loan, start_close
from app.operation.close.errors import NotTheNextDay
from app.operation.close.order import ReleaseLoan, StartClose
from app.operation.close.overview import overview
from app.permission import Permission
from views.page import page
from views.rendering import is_fragment, render


async def day(request: Request) -> Response:
    """The page; the part that moves asks again by itself while a close runs."""
    actor = request.state.actor
    template = "operation/_day.html" if is_fragment(request) else "operation/day.html"
    return render(
        request,
        template,
        book=await overview(actor),
        may_close=actor.may(Permission.DAY_CLOSE),
        may_open_loans=actor.may(Permission.LOAN_READ),
    )


async def close(request: Request) -> Response:
    """A worker does it. The form says which date it leads to: a second press starts no second
    day."""
    text = str((await request.form()).get("to_date", ""))
    try:
        to_date = date.fromisoformat(text)
    except ValueError:
        asked = (await overview(request.state.actor)).business_date
        raise NotTheNextDay(business_date=asked, to_date=text[:10]) from None
    await start_close(request.state.actor, StartClose(to_date=to_date, in_background=True))
    return RedirectResponse("/operation/day", 303)


async def release(request: Request) -> Response:
    ids = request.path_params
    order = ReleaseLoan(customer_id=ids["customer_id"], loan_id=ids["loan_id"])
    await release_loan(request.state.actor, order)
    return RedirectResponse("/operation/day", 303)


routes: list[Route] = [
    page("/operation/day", day, permission=Permission.DAY_READ),
    page("/operation/day/close", close, permission=Permission.DAY_CLOSE, methods=("POST",)),
    page(
        "/operation/day/loan/{customer_id:int}-{loan_id:int}/release",
        release,
        permission=Permission.DAY_CLOSE,
        methods=("POST",),
    ),
]
