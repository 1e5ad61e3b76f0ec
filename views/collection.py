"""The collections board: its columns, the drop of a card, and what open boards are told."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.collection import live, news, queries
from app.collection.actions import move_case
from app.collection.card import CardPlace
from app.collection.errors import CaseAlreadyThere, CaseChanged, CaseClosed, CaseNotFound
from app.collection.listener import Message
from app.collection.models import Stage
from app.collection.order import MoveCase, MovedCase
from app.collection.view import BoardView
from app.errors import AfterloanError, Invalid, NotFound, Unavailable
from app.i18n import N_
from app.number import ID_MAX
from app.operation.business_day import current_business_date
from app.permission import Permission
from app.web.session_loading import is_unchanged
from views.collection_drawing import drawn, words
from views.collection_filter import BOARD, filter_bar, filter_of, query_of
from views.page import page
from views.reader import preferences
from views.rendering import draw, render

# At most so long is an open board told what its reader may no longer know.
SESSION_LOOKED_AT_SECONDS = 5.0


class VersionMissing(Invalid):
    code = "VERSION_MISSING"
    text = N_("The card did not say which version of the case it shows.")
    mend = N_("Reload the page and move the card again.")


async def board(request: Request) -> Response:
    view = _view(request)
    # Asked before the cases are read: what changes in between is told twice rather than never.
    since = await live.since()
    on = await current_business_date()
    columns = await queries.columns(view, on)
    assignees = await queries.assignees(view.actor, on)
    query = query_of(view.chosen)
    return render(
        request,
        "collection/board.html",
        columns=columns,
        bar=filter_bar(view.actor, view.chosen, assignees),
        is_narrow=view.chosen.is_narrow,
        board_url=BOARD + query,
        live_url=f"{BOARD}/events" + query_of(view.chosen, since=since),
        query=query,
        **words(view.actor),
    )


async def cases(request: Request) -> Response:
    """The next page of a column, in place of what asked for it."""
    view, stage = _view(request), _stage(request)
    after = CardPlace.parse(request.query_params.get("after", ""))
    on = await current_business_date()
    cards, next_after = await queries.page(view, stage, on, after=after)
    return render(
        request,
        "collection/_cases.html",
        cards=cards,
        stage=stage,
        next_after=next_after,
        query=query_of(view.chosen),
        **words(view.actor),
    )


async def case(request: Request) -> Response:
    """One card as it stands, for a board whose line broke in the middle of a move."""
    standing = await _standing(request, *_ids(request))
    return render(request, "collection/_news.html", **standing)


async def drop(request: Request) -> Response:
    customer_id, case_id = _ids(request)
    order = MoveCase(
        customer_id=customer_id,
        case_id=case_id,
        stage=_stage(request),
        expected_version=await _version(request),
    )
    try:
        with news.caused_by(request.headers.get("x-client-id", "")):
            outcome = await move_case(request.state.actor, order)
    except (CaseNotFound, CaseClosed, CaseChanged, CaseAlreadyThere) as refusal:
        return await _refused(request, order, refusal)
    return await _moved(request, outcome.result)


async def events(request: Request) -> Response:
    """One stream for each open page. Ids let a browser that was away say where it stopped."""
    broker = live.broker()
    if broker is None:
        raise Unavailable
    told = request.headers.get("last-event-id") or request.query_params.get("since", "")
    messages = broker.listen(
        _view(request),
        client_id=request.query_params.get("client", ""),
        since=int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None,
    )
    return StreamingResponse(
        _stream(request, messages),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, messages: AsyncGenerator[Message, None]) -> AsyncIterator[str]:
    """Ends with the session it was opened by: the next message is told to nobody any more."""
    looked_at = monotonic()
    async with aclosing(messages) as told:
        async for message in told:
            if monotonic() - looked_at >= SESSION_LOOKED_AT_SECONDS:
                if not await is_unchanged(request.state.session):
                    return
                looked_at = monotonic()
            yield _event(request, message)


def _event(request: Request, message: Message) -> str:
    if message.is_refresh:
        return f"id: {message.id}\nevent: refresh\ndata: \n\n"
    if message.is_empty:
        return f"id: {message.id}\nevent: alive\ndata: \n\n"
    language = preferences(request).language
    if language not in message.drawn:
        text = draw(
            request,
            "collection/_news.html",
            cards=message.cards,
            gone=[card.id for card in message.gone],
            heads=message.heads,
            **words(request.state.actor),
        )
        message.drawn[language] = "\n".join(f"data: {line}" for line in text.splitlines() if line)
    return f"id: {message.id}\n{message.drawn[language]}\n\n"


async def _moved(request: Request, moved: MovedCase) -> Response:
    """The card and the two heads it changed: nothing else of the board is drawn again."""
    view = _view(request)
    found = await queries.cards([(moved.customer_id, moved.case_id)], moved.stage_since)
    card = found[0].seen_by(view.actor)
    told = await drawn(view, card, (moved.from_stage, moved.stage))
    return render(request, "collection/_moved.html", card=card, **told)


async def _refused(request: Request, order: MoveCase, refusal: AfterloanError) -> Response:
    """What stands now, so that the board is right again, and why."""
    language = preferences(request).language
    return render(
        request,
        "collection/_refused.html",
        refusal.status_code,
        text=refusal.render(language),
        mend=refusal.render_mend(language),
        **await _standing(request, order.customer_id, order.case_id),
    )


async def _standing(request: Request, customer_id: int, case_id: int) -> dict[str, Any]:
    """A case that is not the reader's to see is gone from his board."""
    view = _view(request)
    try:
        card = await queries.card(view.actor, customer_id, case_id)
    except CaseNotFound:
        return {"cards": [], "gone": [case_id], "heads": []}
    return await drawn(view, card, tuple(Stage))


def _view(request: Request) -> BoardView:
    return BoardView(request.state.actor, filter_of(request.query_params))


def _stage(request: Request) -> Stage:
    try:
        return Stage(request.path_params["stage"])
    except ValueError:
        raise NotFound from None


def _ids(request: Request) -> tuple[int, int]:
    ids = request.path_params["customer_id"], request.path_params["case_id"]
    if max(ids) > ID_MAX:
        raise CaseNotFound
    return ids


async def _version(request: Request) -> int:
    """The only word of the body that is read: a drop changes the column and nothing else."""
    text = (await request.form()).get("version")
    if not isinstance(text, str) or not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise VersionMissing
    return int(text)


routes = [
    page("/collection/board", board, permission=Permission.CASE_READ),
    page("/collection/board/events", events, permission=Permission.CASE_READ),
    page(
        "/collection/board/cases/{customer_id:int}-{case_id:int}",
        case,
        permission=Permission.CASE_READ,
    ),
    page("/collection/board/{stage}/cases", cases, permission=Permission.CASE_READ),
    page(
        "/collection/board/{stage}/drops/{customer_id:int}-{case_id:int}",
        drop,
        permission=move_case.permission,
        methods=("POST",),
    ),
]
