"""Personal data that an operation shows in clear, on the record before the answer leaves."""

from collections import defaultdict

from api.call import Call
from app.actor import ActorKind
from app.customer.actions import (
    look_up,
    read_in_clear,
    refuse_too_many_look_ups,
    refuse_too_many_reveals,
)
from app.customer.masking import MASKS, PersonalColumn
from app.customer.order import LookUp, ReadInClear
from app.customer.question import Sought


def as_seen(call: Call, customer_id: int, column: PersonalColumn, clear: str) -> str:
    """Masked unless the scope says otherwise; what is not masked is noted."""
    if not call.may_reveal():
        return MASKS[column](clear)
    call.shown_in_clear.add((customer_id, column))
    return clear


async def record_shown(call: Call) -> None:
    """One entry for an operation, however many borrowers it showed: a program reads in pages.

    A person may not take more home through the API than his pages show him in an hour; there,
    names are not counted either."""
    shown: defaultdict[PersonalColumn, set[int]] = defaultdict(set)
    for customer_id, column in call.shown_in_clear:
        shown[column].add(customer_id)
    if not shown:
        return
    if call.actor.kind is ActorKind.user:
        numbers = sum(len(ids) for column, ids in shown.items() if column != PersonalColumn.name)
        if numbers:
            await refuse_too_many_reveals(call.actor, times=numbers)
    ids = sorted(set().union(*shown.values()))
    order = ReadInClear(
        customer_id=ids[0] if len(ids) == 1 else None,
        columns=[column for column in PersonalColumn if column in shown],
        shown=ids,
    )
    await read_in_clear(call.actor, order)


async def record_look_up(call: Call, by: Sought, shown: list[int]) -> None:
    """As the search box does: whose number it is was asked, and this was the answer."""
    if call.actor.kind is ActorKind.user:
        await refuse_too_many_look_ups(call.actor)
    await look_up(call.actor, LookUp(by=by, shown=shown))
