"""The principal still owed over a loan's life: as planned, and as it came. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.loan.statement import Statement


class Point(NamedTuple):
    on: date
    principal_minor: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Two lines from the day the money went out; the actual one ends on the statement's date."""

    planned: Sequence[Point]
    actual: Sequence[Point]

    @property
    def ahead_of_plan_minor(self) -> int:
        """What is still owed less what would be, had everything due before been paid; below zero
        for who paid early."""
        on, left = self.actual[-1]
        planned = [point for point in self.planned if point.on < on] or [self.planned[0]]
        return left - planned[-1].principal_minor


def balance(statement: Statement, disbursed_on: date) -> Balance:
    rows = [instalment.terms for instalment in statement.state.instalments]
    principal = sum(row.principal_minor for row in rows)
    planned, left = [Point(disbursed_on, principal)], principal
    for row in rows:
        left -= row.principal_minor
        planned.append(Point(row.due_on, left))
    actual, left = [Point(disbursed_on, principal)], principal
    for payment in statement.state.allocations:
        left -= payment.principal_minor
        actual.append(Point(payment.value_on, left))
    # A loan that left the book owes nothing here any more, and its line ends on that day.
    end = min(statement.on, statement.state.closed_on or statement.on)
    actual.append(Point(max(end, actual[-1].on), left))
    return Balance(planned, actual)
