"""What the loan's templates are handed beside the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from app.i18n import gettext as _
from app.loan import words as loan_words
from app.loan.balance import Balance, Point
from app.loan.event import Closed, PaymentReceived, PaymentReversed
from app.loan.file import BookedEvent, LoanFile, PaymentRow
from app.loan.statement import Line, LineState, Share, Statement

# The box that the balance is drawn in.
WIDTH, HEIGHT = 380, 140


@dataclass(frozen=True, slots=True)
class Picture:
    """Points of lines in the box, as SVG writes them."""

    planned: str
    actual: str
    area: str
    now: tuple[str, str]
    ahead_of_plan_minor: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How one instalment comes to what is still to be paid on it."""

    line: Line
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    payment: PaymentRow
    # The first and last instalment it paid on; None when it paid on none.
    first: int | None
    last: int | None
    is_part: bool
    # None for a payment that was taken back.
    principal_left_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    booked: BookedEvent
    # The payment the event is about, if any.
    payment: PaymentRow | None

    @property
    def sequence(self) -> int:
        return self.booked.event.sequence

    @property
    def reason(self) -> str:
        payload = self.booked.event.payload
        return payload.reason if isinstance(payload, PaymentReversed | Closed) else ""

    @property
    def by(self) -> str:
        return actor_name(self.booked.actor)


def words() -> dict[str, Any]:
    return {"loan_words": loan_words, "bucket_name": loan_words.bucket_name}


def reckonings(statement: Statement) -> list[Reckoning]:
    """Of what is to be paid today: all that is overdue, and what falls due on the day itself."""
    wanted = [line for line in statement.lines if line.is_overdue or line.state is LineState.due]
    return [Reckoning(line, statement.shares_of(line.number)) for line in wanted]


def ledger(statement: Statement, payments: Sequence[PaymentRow]) -> list[LedgerRow]:
    """Payments up to the statement's date, the newest first."""
    left, left_after = sum(line.terms.principal_minor for line in statement.lines), {}
    for allocation in statement.state.allocations:
        left -= allocation.principal_minor
        left_after[allocation.sequence] = left
    return [
        _ledger_row(statement, payment, left_after.get(payment.sequence))
        for payment in payments
        if payment.value_on <= statement.on
    ]


def history(booked: Sequence[BookedEvent], payments: Sequence[PaymentRow]) -> list[HistoryRow]:
    """The last one booked first."""
    by_sequence = {payment.sequence: payment for payment in payments}
    return [
        HistoryRow(booked=one, payment=by_sequence.get(_payment_sequence(one)))
        for one in reversed(booked)
    ]


def picture(balance: Balance, file: LoanFile) -> Picture:
    """What was paid comes in steps, for a payment changes the balance on one day."""
    first = balance.planned[0]
    last = max(balance.planned[-1].on, balance.actual[-1].on, file.matures_on)
    days, top = max((last - first.on).days, 1), max(first.principal_minor, 1)

    def at(on: date, principal_minor: int) -> tuple[str, str]:
        x = (on - first.on).days / days * WIDTH
        return f"{x:.1f}", f"{HEIGHT - principal_minor / top * HEIGHT:.1f}"

    planned = [at(*point) for point in balance.planned]
    actual = [at(*point) for point in _steps(balance.actual)]
    floor = str(HEIGHT)
    return Picture(
        planned=_line(planned),
        actual=_line(actual),
        area=_line([(actual[0][0], floor), *actual, (actual[-1][0], floor)]),
        now=actual[-1],
        ahead_of_plan_minor=balance.ahead_of_plan_minor,
    )


def actor_name(text: str) -> str:
    """From the audit log's `user:7:He Wei` to what a reader calls him."""
    kind, _id, name = [*text.split(":", 2), "", ""][:3]
    if kind == "system":
        return _("automatically ({job})", job=name)
    return _("{name} through the API", name=name) if kind == "client" else name


def _ledger_row(statement: Statement, payment: PaymentRow, left_minor: int | None) -> LedgerRow:
    shares = statement.paid_by(payment.sequence)
    lines = {line.number: line for line in statement.lines}
    return LedgerRow(
        payment=payment,
        first=shares[0].number if shares else None,
        last=shares[-1].number if shares else None,
        is_part=len(shares) == 1 and shares[0].amount_minor < lines[shares[0].number].due_minor,
        principal_left_minor=left_minor,
    )


def _payment_sequence(booked: BookedEvent) -> int:
    payload = booked.event.payload
    if isinstance(payload, PaymentReversed):
        return payload.payment_sequence
    return booked.event.sequence if isinstance(payload, PaymentReceived) else 0


def _steps(points: Sequence[Point]) -> list[Point]:
    found = [points[0]]
    for before, after in pairwise(points):
        found += [Point(after.on, before.principal_minor), after]
    return found


def _line(points: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
