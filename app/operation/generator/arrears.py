"""When a borrower was behind with what, over all his loans."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple


class Leg(NamedTuple):
    """An instalment that was not paid on its due day."""

    due_on: int
    # The day on which it was paid or written off; None while it is open.
    until: int | None


class Spell(NamedTuple):
    """From the first leg on something was always overdue; the legs are in the order of their due
    days."""

    legs: Sequence[Leg]
    until: int | None


def legs_of(
    due_on: Sequence[int],
    due_minor: Sequence[int],
    paid: Sequence[tuple[int, int]],
    ends: tuple[int, int | None],
) -> list[Leg]:
    """`paid` in the order of the days; `ends` is the last day known and that of the write-off."""
    as_of, written_off = ends
    found: list[Leg] = []
    count, number, brought, day = len(paid), 0, 0, 0
    for due, owed in zip(due_on, accumulate(due_minor), strict=True):
        if due >= as_of:
            break
        while brought < owed and number < count:
            day, amount = paid[number]
            brought += amount
            number += 1
        if brought < owed:
            if written_off is None or due < written_off:
                found.append(Leg(due, written_off))
        elif day > due:
            found.append(Leg(due, day))
    return found


def spells_of(legs: Iterable[Leg]) -> list[Spell]:
    """Legs that overlap, of one loan or several, make one spell."""
    spells: list[Spell] = []
    together: list[Leg] = []
    until: int | None = 0
    for leg in sorted(legs, key=_due):
        if together and until is not None and leg.due_on >= until:
            spells.append(Spell(together, until))
            together, until = [], 0
        together.append(leg)
        until = None if until is None or leg.until is None else max(until, leg.until)
    if together:
        spells.append(Spell(together, until))
    return spells


def _due(leg: Leg) -> int:
    return leg.due_on
