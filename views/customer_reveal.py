"""One masked value: asked for with a reason, shown for a minute, masked again by itself."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.customer import queries
from app.customer.actions import refuse_too_many_reveals, reveal
from app.customer.masking import PersonalColumn
from app.customer.order import Reveal, RevealReason
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.number import ID_MAX
from app.permission import Permission
from views.customer_drawing import words
from views.page import page
from views.rendering import render

# Long enough to dial, too short to leave lying on a screen.
SHOWN_SECONDS = 60


class ReasonNotChosen(Invalid):
    code = "REASON_NOT_CHOSEN"
    text = N_("Say why you need to see this.")
    mend = N_("Choose one of the reasons.")


async def masked(request: Request) -> Response:
    """What a value turns back into after its minute."""
    actor, column, party_id = request.state.actor, _column(request), _party_id(request)
    customer_id = request.path_params["customer_id"]
    holder: object = await queries.customer_file(actor, customer_id)
    if party_id is not None:
        parties = await queries.parties_of(actor, customer_id)
        holder = next((party for party in parties if party.id == party_id), None)
    value = getattr(holder, column.value, None)
    return _drawn(request, "customer/_masked.html", value=value)


async def ask(request: Request) -> Response:
    """The reasons, in the small box that opened beside the value."""
    return _drawn(request, "customer/_reveal.html")


async def show(request: Request) -> Response:
    given = (await request.form()).get("reason")
    if given not in set(RevealReason):
        raise ReasonNotChosen
    order = Reveal(
        customer_id=request.path_params["customer_id"],
        column=_column(request),
        reason=RevealReason(str(given)),
        related_party_id=_party_id(request),
    )
    await refuse_too_many_reveals(request.state.actor)
    outcome = await reveal(request.state.actor, order)
    value = outcome.result.value
    return _drawn(request, "customer/_revealed.html", value=value, seconds=SHOWN_SECONDS)


def _drawn(request: Request, template: str, **context: Any) -> Response:
    url = request.url.path.removesuffix("/reveal")
    id = url.removeprefix("/customer/").replace("/", "-")
    return render(request, template, column=_column(request), url=url, id=id, **context, **words())


def _column(request: Request) -> PersonalColumn:
    try:
        return PersonalColumn(request.path_params["column"])
    except ValueError:
        raise NotFound from None


def _party_id(request: Request) -> int | None:
    ids = [
        request.path_params[name]
        for name in ("customer_id", "party_id")
        if name in request.path_params
    ]
    if max(ids) > ID_MAX:
        raise NotFound
    party_id: int | None = request.path_params.get("party_id")
    return party_id


_FIELD = "/customer/{customer_id:int}/field/{column}"
_PARTY_FIELD = "/customer/{customer_id:int}/related/{party_id:int}/field/{column}"

routes = [
    route
    for path in (_FIELD, _PARTY_FIELD)
    for route in (
        page(path, masked, permission=Permission.CUSTOMER_READ),
        page(f"{path}/reveal", ask, permission=Permission.CUSTOMER_REVEAL),
        page(f"{path}/reveal", show, permission=Permission.CUSTOMER_REVEAL, methods=("POST",)),
    )
]
