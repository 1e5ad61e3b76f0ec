"""How a loan stands, on one date and over its life. Pure: no clock, no database.

A date's standing counts the payments valued on or before it and the instalments due before it:
on the due date itself nothing is late. With the oldest instalment paid first, standing depends
on the sums paid alone."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from app.loan.bucket import LAST_DAYS, bucket_of, days_past_due, next_edge
from app.loan.replay import LoanState

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    overdue_since: date | None
    overdue_minor: int
    bucket: int
    # Kept only while something is overdue, see `LoanStanding`.
    principal_left_minor: int | None

    @property
    def is_overdue(self) -> bool:
        return self.overdue_since is not None


@dataclass(frozen=True, slots=True)
class Interval:
    """The standing from `from_on` up to, not including, `to_on` (None: still)."""

    from_on: date
    to_on: date | None
    standing: Standing


class StandingLine:
    """A loan's life as sums: what was due by each date and what had been paid by then."""

    def __init__(self, state: LoanState, last_days: Sequence[int] = LAST_DAYS) -> None:
        # A row of nothing falls due without anybody noticing.
        rows = [i.terms for i in state.instalments if i.terms.due_minor > 0]
        self.due_on = [row.due_on for row in rows]
        self.due_sum = list(accumulate((row.due_minor for row in rows), initial=0))
        self.paid_on = [allocation.value_on for allocation in state.allocations]
        paid = (a.fee_minor + a.interest_minor + a.principal_minor for a in state.allocations)
        self.paid_sum = list(accumulate(paid, initial=0))
        principal = sum(row.principal_minor for row in rows)
        repaid = accumulate((a.principal_minor for a in state.allocations), initial=0)
        self.principal_left = [principal - part for part in repaid]
        self.closed_on = state.closed_on
        self.last_days = last_days

    def on(self, on: date) -> Standing:
        if self.closed_on is not None and on >= self.closed_on:
            return Standing(None, 0, 0, None)
        paid = self.paid_sum[payments := bisect_right(self.paid_on, on)]
        due = self._due_before(on)
        if paid >= due:
            return Standing(None, 0, 0, None)
        oldest = bisect_right(self.due_sum, paid) - 1
        since = self.due_on[oldest]
        bucket = bucket_of(days_past_due(since, on), self.last_days)
        return Standing(since, due - paid, bucket, self.principal_left[payments])

    def next_change(self, after: date) -> date | None:
        """The next date on which the standing changes by itself, if nobody pays."""
        if self.closed_on is not None and after >= self.closed_on:
            return None
        paid = self.paid_sum[bisect_right(self.paid_on, after)]
        dates = [on for on in (self._next_due(after, paid), self._next_edge(after)) if on]
        return min(dates, default=None)

    def next_due_on(self, on: date) -> date | None:
        """The due date of the first unpaid instalment that is not past due."""
        if self.closed_on is not None and on >= self.closed_on:
            return None
        passed = self._next_due(on, self.paid_sum[bisect_right(self.paid_on, on)])
        return passed - _DAY if passed else None

    def intervals(self, from_on: date, until: date) -> list[Interval]:
        """The standing on every date of `from_on` … `until`, the last interval left open."""
        found: list[Interval] = []
        for on, standing in self._turning_points(from_on, until):
            if found and found[-1].standing == standing:
                continue
            if found:
                found[-1] = Interval(found[-1].from_on, on, found[-1].standing)
            found.append(Interval(on, None, standing))
        return found

    def _turning_points(self, from_on: date, until: date) -> Iterator[tuple[date, Standing]]:
        points = {from_on, *self.paid_on, *(due + _DAY for due in self.due_on)}
        if self.closed_on is not None:
            points.add(self.closed_on)
        ordered = sorted(point for point in points if from_on <= point <= until)
        for point, following in zip(ordered, [*ordered[1:], until + _DAY], strict=True):
            on: date | None = point
            # Bucket edges lie between two events and need no event of their own.
            while on is not None and on < following:
                standing = self.on(on)
                yield on, standing
                since = standing.overdue_since
                on = next_edge(since, on, self.last_days) if since else None

    def _due_before(self, on: date) -> int:
        return self.due_sum[bisect_right(self.due_on, on - _DAY)]

    def _next_due(self, after: date, paid: int) -> date | None:
        """The day after the first due date, not yet passed, that the sum paid does not cover."""
        first_unpassed = bisect_right(self.due_on, after - _DAY)
        first_unpaid = bisect_right(self.due_sum, paid) - 1
        index = max(first_unpassed, first_unpaid)
        return self.due_on[index] + _DAY if index < len(self.due_on) else None

    def _next_edge(self, on: date) -> date | None:
        since = self.on(on).overdue_since
        return next_edge(since, on, self.last_days) if since else None
