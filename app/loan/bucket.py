"""Ageing buckets M0 … M7, as data.

M0 is nothing past due, Mk (k = 1 … 6) is up to 30·k days, M7 everything older: M1 1–30, M2
31–60, M3 61–90 …"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta

# The last day past due of M0, M1 … M6; whatever is older is M7.
LAST_DAYS: tuple[int, ...] = (0, 30, 60, 90, 120, 150, 180)


def bucket_of(days_past_due: int, last_days: Sequence[int] = LAST_DAYS) -> int:
    return bisect_left(last_days, days_past_due)


def days_past_due(overdue_since: date | None, on: date) -> int:
    """0 on the due date itself, 1 the day after."""
    return 0 if overdue_since is None else max(0, (on - overdue_since).days)


def next_edge(overdue_since: date, on: date, last_days: Sequence[int] = LAST_DAYS) -> date | None:
    """The next date on which the bucket changes by itself; None in the last bucket."""
    bucket = bucket_of(days_past_due(overdue_since, on), last_days)
    if bucket >= len(last_days):
        return None
    return overdue_since + timedelta(days=last_days[bucket] + 1)
