"""Finding a borrower, and his page: who he is, what he owes, when he was spoken to."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.customer import queries, search
from app.customer.errors import TooManyLookUps
from app.customer.recent import remember
from app.customer.search import Found
from app.errors import NotFound
from app.loan.queries import loans_of
from app.number import ID_MAX
from app.permission import Permission
from views.customer_drawing import commands, totals, words
from views.page import page
from views.rendering import is_fragment, render


async def look_up(request: Request) -> Response:
    recent = await search.last_opened(request.state.actor)
    return render(
        request,
        "customer/look_up.html",
        text="",
        found=None,
        refusal=None,
        recent=recent,
        **words(),
    )


async def results(request: Request) -> Response:
    """Sent as a POST: a phone number in an address would stay in logs and histories."""
    context = await _searched(request)
    if is_fragment(request):
        return render(request, "customer/_found.html", **context)
    recent = await search.last_opened(request.state.actor)
    return render(request, "customer/look_up.html", recent=recent, **context)


async def palette(request: Request) -> Response:
    """The search box of every page: borrowers, or after `>` the pages themselves."""
    if not is_fragment(request):
        return await results(request)
    context = await _searched(request)
    text = context["text"]
    return render(
        request,
        "customer/_palette.html",
        links=commands(request, text[1:]) if text.startswith(">") else [],
        recent=[] if text else await search.last_opened(request.state.actor),
        **context,
    )


async def customer(request: Request) -> Response:
    actor, id = request.state.actor, request.path_params["customer_id"]
    file = await queries.customer_file(actor, id)
    loans = await loans_of(actor, id) if actor.may(Permission.LOAN_READ) else []
    await remember(actor, id)
    return render(
        request,
        "customer/customer.html",
        file=file,
        loans=loans,
        totals=totals(loans),
        case=await queries.open_case_of(actor, id),
        contacts=await queries.contacts_of(actor, id),
        parties=await queries.parties_of(actor, id),
        customer_path=file.path,
        customer_id=id,
        **words(),
    )


async def contacts(request: Request) -> Response:
    """The ones before those shown, in place of the button that asked for them."""
    actor, before = request.state.actor, request.query_params.get("before", "")
    file = await queries.customer_file(actor, request.path_params["customer_id"])
    if not (before.isascii() and before.isdecimal() and int(before[:20]) <= ID_MAX):
        raise NotFound
    found = await queries.contacts_of(actor, file.id, before=int(before))
    return render(request, "customer/_contacts.html", file=file, contacts=found, **words())


async def _searched(request: Request) -> dict[str, Any]:
    typed = (await request.form()).get("q")
    text = typed.strip() if isinstance(typed, str) else ""
    found, refusal = Found(hits=[], question=None), None
    try:
        if text and not text.startswith(">"):
            found = await search.search(request.state.actor, text)
    except TooManyLookUps as too_many:
        # Said where the hits would be: a toast for each letter would cover the page.
        refusal = too_many
    return {"text": text, "found": found, "refusal": refusal or found.refusal, **words()}


routes = [
    page("/customer", look_up, permission=Permission.CUSTOMER_READ),
    page("/customer", results, permission=Permission.CUSTOMER_READ, methods=("POST",)),
    page("/search", palette, permission=Permission.CUSTOMER_READ, methods=("POST",)),
    page("/customer/{customer_id:int}", customer, permission=Permission.CUSTOMER_READ),
    page("/customer/{customer_id:int}/contact", contacts, permission=Permission.CUSTOMER_READ),
]
