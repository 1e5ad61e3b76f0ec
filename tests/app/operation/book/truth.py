"""Month-end days past due as a servicer would count them with a pencil; nothing of ours in it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.loan.stood import stood_on
from tests.app.operation.book.books import SYSTEM

Movements = Sequence[tuple[date, int]]


class Known(NamedTuple):
    """A loan as its servicer knows it: what fell due, what came, and when it ended."""

    paid_out: date
    due: Movements
    paid: Movements
    ended: date | None = None


def month_ends(first: date, last: date) -> list[date]:
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return [day for day in days if (day + timedelta(1)).day == 1]


def days_late(loan: Known, on: date) -> int:
    if loan.ended is not None and on >= loan.ended:
        return 0
    left = sum(amount for day, amount in loan.paid if day <= on)
    for day, amount in sorted(loan.due):
        if left < amount:
            return max((on - day).days, 0)
        left -= amount
    return 0


async def differences(
    loans: Mapping[str, Known], until: date
) -> tuple[int, list[tuple[str, date, int, int]]]:
    """How many loan-months were compared; of those that differ: ours, and the servicer's."""
    dates = month_ends(min(loan.paid_out for loan in loans.values()), until)
    compared, differing = 0, []
    async for stood in stood_on(SYSTEM, dates):
        known = days_late(loans[stood.source_number], stood.on)
        compared += 1
        if stood.days_past_due != known:
            differing.append((stood.source_number, stood.on, stood.days_past_due, known))
    expected = sum(day >= loan.paid_out for loan in loans.values() for day in dates)
    assert compared == expected, "every loan-month is compared"
    return compared, differing
