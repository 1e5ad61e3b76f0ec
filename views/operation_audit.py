"""The audit log: who did what, when and to whom, and whether anybody changed it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import Invalid
from app.i18n import N_
from app.number import ID_MAX, NumberKind, parse_number
from app.operation import audit_log
from app.operation.audit_check import kept
from app.operation.audit_log import ENTRIES_PER_PAGE, Asked
from app.operation.audit_words import ACTOR_KINDS, DEEDS, deed, sentence
from app.permission import Permission
from views.operation_audit_drawing import values_of
from views.page import page
from views.rendering import is_fragment, render

PATH = "/operation/audit"
YEAR_MIN, YEAR_MAX = 1970, 2200


class CustomerNumberInvalid(Invalid):
    code = "CUSTOMER_NUMBER_INVALID"
    text = N_("“{number}” is no customer number.")
    mend = N_("It begins with K, as on the customer's page.")


class DayInvalid(Invalid):
    code = "DAY_INVALID"
    text = N_("“{typed}” is no day.")
    mend = N_("Write it as year, month and day, such as 2026-03-15.")


async def log(request: Request) -> Response:
    """The page; further entries take the place of the button that asked for them."""
    actor, query = request.state.actor, request.query_params
    found, refusal, status = [], None, 200
    try:
        asked = _asked(query)
        found = await audit_log.entries(actor, asked, before=_before(query))
    except Invalid as invalid:
        refusal, status = invalid, invalid.status_code
    context = {
        "entries": found[:ENTRIES_PER_PAGE],
        "more": _more(query, found[ENTRIES_PER_PAGE - 1].id) if _has_more(found) else "",
        "sentence": sentence,
        "values_of": values_of,
        "may_open": actor.may(Permission.CUSTOMER_READ),
    }
    if is_fragment(request) and "before" in query:
        return render(request, "operation/_audit.html", status, **context)
    return render(
        request,
        "operation/audit.html",
        status,
        refusal=refusal.told() if refusal else "",
        typed=query,
        verbs=sorted(((verb, deed(verb)) for verb in DEEDS), key=lambda pair: pair[1]),
        actors=_by_kind(await audit_log.actors(actor)),
        kept=await kept(),
        **context,
    )


def _asked(query: QueryParams) -> Asked:
    return Asked(
        verb=query.get("verb", ""),
        actor=query.get("actor", ""),
        customer_id=_customer(query.get("customer", "").strip()),
        from_on=_day(query.get("from", "").strip()),
        until_on=_day(query.get("until", "").strip()),
    )


def _customer(typed: str) -> int | None:
    if not typed:
        return None
    number = parse_number(typed)
    if number is None or number.kind is not NumberKind.customer:
        raise CustomerNumberInvalid(number=typed[:40])
    return number.id


def _day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        found = date.min
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise DayInvalid(typed=typed[:20])
    return found


def _before(query: QueryParams) -> int | None:
    """Nothing comes before an entry that does not exist."""
    typed = query.get("before", "")
    if not typed:
        return None
    known = typed.isascii() and typed.isdecimal() and int(typed[:20]) <= ID_MAX
    return int(typed) if known else 0


def _has_more(found: list[Any]) -> bool:
    return len(found) > ENTRIES_PER_PAGE


def _more(query: QueryParams, last: int) -> str:
    said = {name: value for name, value in query.items() if value and name != "before"}
    return f"{PATH}?{urlencode({**said, 'before': last})}"


def _by_kind(actors: list[str]) -> dict[str, list[tuple[str, str]]]:
    grouped: dict[str, list[tuple[str, str]]] = {text: [] for text in ACTOR_KINDS.values()}
    for actor in actors:
        kind = ACTOR_KINDS.get(audit_log.kind_of(actor))
        if kind is not None:
            grouped[kind].append((actor, audit_log.name_of(actor)))
    return {kind: people for kind, people in grouped.items() if people}


routes: list[Route] = [page(PATH, log, permission=Permission.AUDIT_READ)]
