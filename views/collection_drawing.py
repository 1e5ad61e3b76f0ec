"""What the board's templates are handed beside the cases themselves."""

from collections.abc import Sequence
from typing import Any

from app.actor import Actor
from app.collection import queries
from app.collection.actions import move_case
from app.collection.card import Card
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.collection.stage import NAMES
from app.collection.view import BoardView
from app.errors import Forbidden
from app.i18n import gettext as _


async def drawn(view: BoardView, card: Card, stages: Sequence[Stage]) -> dict[str, Any]:
    is_shown = view.shows(card, card.on)
    heads = await queries.heads(view, card.on, stages)
    return {
        "cards": [card] if is_shown else [],
        "gone": [] if is_shown else [card.id],
        "heads": list(heads.values()),
        **words(view.actor),
    }


def words(actor: Actor) -> dict[str, Any]:
    """What every drawing of a card or a column needs."""
    stages = {stage: (place, _(name)) for place, (stage, name) in enumerate(NAMES.items(), 1)}
    return {
        "stages": stages,
        "refusals": lambda card: _refusals(actor, card),
        "read_only": _read_only(actor),
    }


def _read_only(actor: Actor) -> str:
    """Why nothing on this board can be moved; empty for whoever may."""
    if actor.may(move_case.permission):
        return ""
    return Forbidden(permission=move_case.permission.value).told()


def _refusals(actor: Actor, card: Card) -> dict[str, str]:
    """Columns the case cannot go to, with the verb's own reason; for who may move cases at all."""
    if not actor.may(move_case.permission):
        return {}
    orders = (
        MoveCase(
            customer_id=card.customer_id,
            case_id=card.id,
            stage=stage,
            expected_version=card.version,
        )
        for stage in Stage
        if stage is not card.stage
    )
    asked = ((order.stage, move_case.allows(actor, card.subject, order)) for order in orders)
    return {stage.value: refusal.render() for stage, refusal in asked if refusal}
