"""How a loan looks on a date, instalment by instalment: what pages and statements show. Pure.

Drawn from the same replay that books, so that a statement of last year and one of today cannot
contradict each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from app.loan.bucket import days_past_due
from app.loan.event import Event, ScheduledInstalment
from app.loan.models import LoanStatus
from app.loan.replay import InstalmentState, LoanState, replay
from app.loan.standing import Standing, StandingLine


class LineState(StrEnum):
    """paid · paid_late: all of it, after its due date · part: some of it · late: nothing of it,
    and its due date has passed · due: due today · open: not yet due · closed: it will not be paid,
    the loan left the book."""

    paid = "paid"
    paid_late = "paid_late"
    part = "part"
    late = "late"
    due = "due"
    open = "open"
    closed = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One instalment on the statement's date."""

    terms: ScheduledInstalment
    principal_paid_minor: int
    interest_paid_minor: int
    fee_paid_minor: int
    settled_on: date | None
    state: LineState
    # How late it was paid, or is.
    days_late: int

    @property
    def number(self) -> int:
        return self.terms.number

    @property
    def due_on(self) -> date:
        return self.terms.due_on

    @property
    def due_minor(self) -> int:
        return self.terms.due_minor

    @property
    def paid_minor(self) -> int:
        return self.principal_paid_minor + self.interest_paid_minor + self.fee_paid_minor

    @property
    def left_minor(self) -> int:
        return self.due_minor - self.paid_minor

    @property
    def is_settled(self) -> bool:
        return self.state in (LineState.paid, LineState.paid_late)

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0 and not self.is_settled


@dataclass(frozen=True, slots=True)
class Share:
    """The part of one payment that went to one instalment."""

    payment_sequence: int
    value_on: date
    number: int
    amount_minor: int


@dataclass(frozen=True)
class Statement:
    on: date
    state: LoanState
    lines: Sequence[Line]
    standing: Standing

    @property
    def status(self) -> LoanStatus:
        return self.state.status

    @property
    def overdue(self) -> Sequence[Line]:
        return [line for line in self.lines if line.is_overdue]

    @property
    def overdue_minor(self) -> int:
        return self.standing.overdue_minor

    @property
    def days_late(self) -> int:
        return days_past_due(self.standing.overdue_since, self.on)

    @property
    def next_line(self) -> Line | None:
        """What falls due next, today included."""
        ahead = (line for line in self.lines if not line.is_settled and line.due_on >= self.on)
        return next(ahead, None) if self.status is LoanStatus.active else None

    @property
    def settled_count(self) -> int:
        return sum(line.is_settled for line in self.lines)

    @property
    def principal_left_minor(self) -> int:
        return self.state.principal_left_minor

    @cached_property
    def shares(self) -> Sequence[Share]:
        return list(_shares(self.state))

    def shares_of(self, number: int) -> list[Share]:
        return [share for share in self.shares if share.number == number]

    def paid_by(self, payment_sequence: int) -> list[Share]:
        return [share for share in self.shares if share.payment_sequence == payment_sequence]


def statement(events: Iterable[Event], on: date) -> Statement:
    """Counts what was valued on or before `on`, as it is known now."""
    state = replay(events, until=on)
    lines = lines_on(state.instalments, on, state.status)
    return Statement(on, state, lines, StandingLine(state).on(on))


def lines_on(instalments: Iterable[InstalmentState], on: date, status: LoanStatus) -> list[Line]:
    is_closed = status not in (LoanStatus.active, LoanStatus.settled)
    return [_line(instalment, on, is_closed) for instalment in instalments]


def _line(instalment: InstalmentState, on: date, is_closed: bool) -> Line:
    state, days_late = _state(instalment, on, is_closed)
    return Line(
        terms=instalment.terms,
        principal_paid_minor=instalment.principal_paid_minor,
        interest_paid_minor=instalment.interest_paid_minor,
        fee_paid_minor=instalment.fee_paid_minor,
        settled_on=instalment.settled_on,
        state=state,
        days_late=days_late,
    )


def _state(line: InstalmentState, on: date, is_closed: bool) -> tuple[LineState, int]:
    """The state, and the days late that go with it."""
    due_on = line.terms.due_on
    if line.left_minor == 0:
        # A row over nothing, as of a grace period, cannot be paid late.
        settled_on = line.settled_on if line.terms.due_minor else None
        late = (settled_on - due_on).days if settled_on else 0
        return (LineState.paid_late, late) if late > 0 else (LineState.paid, 0)
    if is_closed:
        return LineState.closed, 0
    late = max(0, (on - due_on).days)
    if line.paid_minor > 0 and due_on != on:
        return LineState.part, late
    if due_on == on:
        return LineState.due, 0
    return (LineState.late, late) if late else (LineState.open, 0)


def _shares(state: LoanState) -> Iterator[Share]:
    """Walks payments and instalments side by side: the oldest instalment takes first."""
    open_lines = ((i.terms.number, i.terms.due_minor) for i in state.instalments)
    number, open_minor = next(open_lines, (0, 0))
    for payment in state.allocations:
        left = payment.amount_minor - payment.surplus_minor - payment.other_minor
        while left:
            while not open_minor:
                number, open_minor = next(open_lines)
            taken = min(left, open_minor)
            left, open_minor = left - taken, open_minor - taken
            yield Share(payment.sequence, payment.value_on, number, taken)
