"""A loan on any date: schedule, payments, events, and why an amount is what it is."""

import re
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.customer.queries import customer_file, parties_of
from app.customer.recent import remember
from app.loan import queries
from app.loan.balance import balance
from app.loan.file import LoanFile
from app.loan.statement import statement
from app.loan.stretch import stretches
from app.permission import Permission
from views.customer_drawing import words as customer_words
from views.loan_drawing import history, ledger, picture, reckonings, words
from views.loan_form import refusal_to_post
from views.page import page
from views.rendering import render

TABS = ("schedule", "payment", "event", "related", "security")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


async def loan(request: Request) -> Response:
    context = await shown(request, request.query_params.get("tab", ""))
    await remember(request.state.actor, context["file"].customer_id)
    return render(request, "loan/loan.html", **context)


async def shown(request: Request, tab: str) -> dict[str, Any]:
    """All that the page draws, on the date it is asked for; drawn anew after a payment."""
    actor, ids = request.state.actor, request.path_params
    file = await queries.loan_file(actor, ids["customer_id"], ids["loan_id"])
    customer = await customer_file(actor, file.customer_id)
    booked, payments = await queries.booked_events(file), await queries.payments_of(file)
    on = _date(request.query_params.get("on", ""), file)
    drawn = statement([one.event for one in booked], on)
    counts = {**await queries.counts(file), "schedule": len(drawn.lines), "event": len(booked)}
    return {
        "file": file,
        "customer": customer,
        "statement": drawn,
        "is_today": on == file.business_date,
        "now": clock.now(),
        "tab": tab if tab in TABS else TABS[0],
        "counts": counts,
        "stretches": stretches(drawn.lines),
        "ledger": ledger(drawn, payments),
        "history": history(booked, payments),
        "parties": await parties_of(actor, file.customer_id, loan_id=file.id),
        "security": await queries.security_of(file),
        "picture": picture(balance(drawn, file.disbursed_on), file),
        "reckonings": reckonings(drawn),
        "post_refusal": await refusal_to_post(actor, file),
        "customer_path": customer.path,
        "customer_id": customer.id,
        **customer_words(),
        **words(),
    }


def _date(text: str, file: LoanFile) -> date:
    """Between the day the money went out and today; today for what is no date."""
    try:
        on = date.fromisoformat(text) if _DATE.fullmatch(text) else file.business_date
    except ValueError:
        on = file.business_date
    return min(max(on, file.disbursed_on), file.business_date)


routes = [
    page("/customer/{customer_id:int}/loan/{loan_id:int}", loan, permission=Permission.LOAN_READ),
]
