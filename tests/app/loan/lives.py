"""Whole lives of small loans, for properties: amounts and days small enough to collide often."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from app.loan.event import Event, Opened, PaymentReceived, PaymentReversed, ScheduledInstalment
from app.loan.models import EventKind

BEGIN = date(2026, 1, 1)
# Longer than any of these lives, and than all buckets after it.
END = BEGIN + timedelta(days=420)


class Paid(NamedTuple):
    on: date
    amount_minor: int
    # The part of it that stands beside the schedule.
    other_minor: int = 0


class Life(NamedTuple):
    schedule: list[ScheduledInstalment]
    payments: list[Paid]

    def events(self, payments: Sequence[Paid] | None = None) -> list[Event]:
        """In the order in which they are given, which is the order they were booked in."""
        booked = self.payments if payments is None else payments
        return [self._opened, *(received(n, paid) for n, paid in enumerate(booked, start=2))]

    @property
    def _opened(self) -> Event:
        principal = sum(row.principal_minor for row in self.schedule)
        opened = Opened(principal_minor=principal, currency="CNY", schedule=self.schedule)
        return Event(sequence=1, kind=EventKind.opened, value_on=BEGIN, payload=opened)


def received(sequence: int, paid: Paid) -> Event:
    payload = PaymentReceived(amount_minor=paid.amount_minor, other_minor=paid.other_minor)
    return Event(sequence=sequence, kind=EventKind.payment, value_on=paid.on, payload=payload)


def taken_back(sequence: int, of: int, on: date) -> Event:
    payload = PaymentReversed(payment_sequence=of, reason="wrong loan")
    return Event(sequence=sequence, kind=EventKind.reversal, value_on=on, payload=payload)


def scheduled(rows: Sequence[tuple[int, int, int, int]]) -> list[ScheduledInstalment]:
    """From (days after the one before, principal, interest, fee)."""
    due_on, schedule = BEGIN, []
    for number, (days, *parts) in enumerate(rows, start=1):
        due_on += timedelta(days=days)
        schedule.append(ScheduledInstalment(number, due_on, *parts))
    return schedule


def _payment(days: int, amount_minor: int, other_minor: int) -> Paid:
    return Paid(BEGIN + timedelta(days=days), amount_minor, min(other_minor, amount_minor))


ROWS = st.tuples(
    # Two may fall due on one day.
    st.sampled_from([0, 1, 7, 30, 31]),
    st.integers(0, 6),
    st.integers(0, 3),
    st.integers(0, 2),
)
PAYMENTS = st.lists(
    st.builds(_payment, st.integers(0, 200), st.integers(1, 12), st.sampled_from([0, 0, 0, 2])),
    max_size=7,
)
LIVES = st.builds(
    Life,
    # A loan of nothing is none.
    schedule=st.lists(ROWS, min_size=1, max_size=6)
    .map(scheduled)
    .filter(lambda schedule: sum(row.principal_minor for row in schedule) > 0),
    payments=PAYMENTS,
)
