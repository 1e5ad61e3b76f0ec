"""How borrowers pay, month by month: a chain over five ways of behaving."""

from bisect import bisect
from collections.abc import Sequence
from enum import IntEnum
from itertools import accumulate
from random import Random
from typing import NamedTuple

# Later than this many months after the oldest unpaid instalment the lender writes the loan off.
WRITE_OFF_AFTER_MONTHS = 10
DAYS_A_MONTH = 30


class Behaviour(IntEnum):
    punctual = 0
    late = 1
    rolling = 2
    curing = 3
    defaulting = 4


# From each behaviour to each in the next month.
TRANSITIONS: tuple[tuple[float, ...], ...] = (
    (0.967, 0.024, 0.0065, 0.0, 0.0025),
    (0.46, 0.46, 0.06, 0.0, 0.02),
    (0.08, 0.10, 0.57, 0.13, 0.12),
    (0.62, 0.30, 0.06, 0.0, 0.02),
    (0.0, 0.0, 0.05, 0.05, 0.90),
)
STARTS = (0.86, 0.11, 0.02, 0.0, 0.01)

_STEPS = tuple(tuple(accumulate(row))[:-1] for row in TRANSITIONS)
_START_STEPS = tuple(accumulate(STARTS))[:-1]

# Days from the due date to the payment: at the earliest and the span.
_EARLY_DAYS, _LATE_DAYS, _ROLLING_DAYS, _CURING_DAYS = 4, 24, 22, 18
_SETTLES_EARLY, _PAYS_AHEAD, _SPLITS = 0.006, 0.012, 0.05
_SKIPS_WHEN_ROLLING = 0.6

Paid = list[tuple[int, int]]


class History(NamedTuple):
    """Days are ordinals."""

    # (day, amount) of each payment.
    paid: Paid
    written_off: int | None
    # Whether some instalment may not have been paid on its due day.
    was_late: bool


def payments_of(
    draw: Random, due_on: Sequence[int], due_minor: Sequence[int], as_of: int
) -> History:
    """What was paid up to `as_of`. The oldest instalment is paid first, so sums are all that is
    needed."""
    random, paid, was_late = draw.random, 0, False
    due_sum = list(accumulate(due_minor))
    whole, owed = due_sum[-1], 0
    found: Paid = []
    count, oldest = len(due_on), 0
    behaviour = bisect(_START_STEPS, random())
    for month in range(count + WRITE_OFF_AFTER_MONTHS + 1):
        day = due_on[month] if month < count else due_on[-1] + DAYS_A_MONTH * (month - count + 1)
        if day - _EARLY_DAYS > as_of:
            break
        if month < count:
            owed = due_sum[month]
        while oldest < count and paid >= due_sum[oldest]:
            oldest += 1
        if month - oldest >= WRITE_OFF_AFTER_MONTHS and day <= as_of:
            return History(found, day, was_late=True)
        amount, on = _payment(draw, behaviour, owed - paid, due_minor[min(oldest, count - 1)])
        if behaviour == Behaviour.punctual and month > 1 and amount and random() < _PAYS_AHEAD:
            amount = _ahead(random() < _SETTLES_EARLY / _PAYS_AHEAD, whole - paid, amount)
        if amount and day + on <= as_of:
            paid += _add(draw, found, (day + on, amount), as_of)
        was_late = was_late or paid < owed or found[-1][0] > day
        if paid >= whole:
            break
        behaviour = bisect(_STEPS[behaviour], random())
    return History(found, None, was_late)


def _payment(draw: Random, behaviour: int, owed: int, oldest_due: int) -> tuple[int, int]:
    """Amount and days after the due date; nothing is (0, 0)."""
    random = draw.random
    if owed <= 0 or behaviour == Behaviour.defaulting:
        return 0, 0
    if behaviour == Behaviour.punctual:
        return owed, -int(random() * _EARLY_DAYS)
    if behaviour == Behaviour.late:
        return owed, 1 + int(random() * _LATE_DAYS)
    if behaviour == Behaviour.curing:
        return owed, 2 + int(random() * _CURING_DAYS)
    if owed <= oldest_due and random() < _SKIPS_WHEN_ROLLING:
        return 0, 0
    return min(oldest_due, owed), 4 + int(random() * _ROLLING_DAYS)


def _ahead(settles: bool, left: int, amount: int) -> int:
    """Pays the next instalment too, or all that is left."""
    return left if settles else min(left, amount * 2)


def _add(draw: Random, found: Paid, payment: tuple[int, int], as_of: int) -> int:
    """Some pay in two parts, a few days apart; the second may not have come yet."""
    day, amount = payment
    random = draw.random
    if amount < 10_000 or random() >= _SPLITS:
        found.append(payment)
        return amount
    first = int(amount * (3 + int(random() * 6))) // 10
    found.append((day, first))
    later = day + 1 + int(random() * 3)
    if later > as_of:
        return first
    found.append((later, amount - first))
    return amount
