from datetime import date
from typing import Any

import pytest

from app.loan.event import (
    Closed,
    Event,
    Opened,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
)
from app.loan.models import EventKind, LoanStatus
from app.loan.statement import LineState, Share, statement

SCHEDULE = [
    ScheduledInstalment(1, date(2026, 1, 31), 1_000, 30, 5),
    ScheduledInstalment(2, date(2026, 2, 28), 1_000, 20, 5),
    ScheduledInstalment(3, date(2026, 3, 31), 1_000, 10, 5),
]
OPENED = Event(
    sequence=1,
    kind=EventKind.opened,
    value_on=date(2026, 1, 1),
    payload=Opened(principal_minor=3_000, currency="CNY", schedule=SCHEDULE),
)


def paid(sequence: int, on: date, amount_minor: int) -> Event:
    payload = PaymentReceived(amount_minor=amount_minor)
    return Event(sequence=sequence, kind=EventKind.payment, value_on=on, payload=payload)


def reversed_(sequence: int, on: date, payment_sequence: int) -> Event:
    payload = PaymentReversed(payment_sequence=payment_sequence, reason="wrong loan")
    return Event(sequence=sequence, kind=EventKind.reversal, value_on=on, payload=payload)


def closed(sequence: int, on: date, status: LoanStatus) -> Event:
    payload = Closed(status=status)
    return Event(sequence=sequence, kind=EventKind.closed, value_on=on, payload=payload)


def states(on: date, *events: Event) -> list[tuple[LineState, int]]:
    return [(line.state, line.days_late) for line in statement([OPENED, *events], on).lines]


PAID, PAID_LATE, PART = LineState.paid, LineState.paid_late, LineState.part
LATE, DUE, OPEN = LineState.late, LineState.due, LineState.open


@pytest.mark.parametrize(
    ("on", "events", "expected"),
    [
        (date(2026, 1, 30), [], [(OPEN, 0), (OPEN, 0), (OPEN, 0)]),
        (date(2026, 1, 31), [], [(DUE, 0), (OPEN, 0), (OPEN, 0)]),
        (date(2026, 2, 1), [], [(LATE, 1), (OPEN, 0), (OPEN, 0)]),
        (date(2026, 3, 31), [], [(LATE, 59), (LATE, 31), (DUE, 0)]),
        (
            date(2026, 3, 1),
            [paid(2, date(2026, 1, 31), 1_035), paid(3, date(2026, 2, 20), 400)],
            [(PAID, 0), (PART, 1), (OPEN, 0)],
        ),
        (
            date(2026, 3, 1),
            [paid(2, date(2026, 2, 9), 1_035)],
            [(PAID_LATE, 9), (LATE, 1), (OPEN, 0)],
        ),
        (
            date(2026, 2, 10),
            [paid(2, date(2026, 1, 20), 1_100)],
            [(PAID, 0), (PART, 0), (OPEN, 0)],
        ),
        (
            date(2026, 2, 28),
            [paid(2, date(2026, 1, 20), 1_100)],
            [(PAID, 0), (DUE, 0), (OPEN, 0)],
        ),
    ],
)
def test_state_of_each_instalment(
    on: date, events: list[Event], expected: list[tuple[LineState, int]]
) -> None:
    assert states(on, *events) == expected


def test_statement_of_a_day_knows_no_later_payment() -> None:
    payment = paid(2, date(2026, 2, 9), 1_035)
    assert states(date(2026, 2, 8), payment) == [(LATE, 8), (OPEN, 0), (OPEN, 0)]
    assert states(date(2026, 2, 9), payment) == [(PAID_LATE, 9), (OPEN, 0), (OPEN, 0)]


def test_reversed_payment_never_counted() -> None:
    events = [paid(2, date(2026, 1, 20), 1_035), reversed_(3, date(2026, 3, 1), 2)]
    assert states(date(2026, 2, 1), *events) == [(LATE, 1), (OPEN, 0), (OPEN, 0)]


@pytest.mark.parametrize("status", [LoanStatus.written_off, LoanStatus.transferred])
def test_loan_that_left_the_book_is_not_late_any_more(status: LoanStatus) -> None:
    shown = statement([OPENED, closed(2, date(2026, 3, 1), status)], date(2026, 3, 5))
    assert [line.state for line in shown.lines] == [LineState.closed] * 3
    assert (shown.overdue_minor, shown.days_late, shown.next_line) == (0, 0, None)
    assert shown.overdue == []
    before = statement([OPENED, closed(2, date(2026, 3, 1), status)], date(2026, 2, 28))
    assert [line.state for line in before.lines] == [LATE, DUE, OPEN]


def test_sums_of_the_statement() -> None:
    shown = statement(
        [OPENED, paid(2, date(2026, 1, 31), 1_035), paid(3, date(2026, 2, 20), 400)],
        date(2026, 3, 15),
    )
    assert (shown.overdue_minor, shown.days_late) == (625, 15)
    assert shown.overdue_minor == sum(line.left_minor for line in shown.overdue)
    assert shown.principal_left_minor == 3_000 - 1_000 - 375
    assert shown.settled_count == 1
    assert shown.next_line is shown.lines[2]
    assert [(line.due_minor, line.paid_minor, line.left_minor) for line in shown.lines] == [
        (1_035, 1_035, 0),
        (1_025, 400, 625),
        (1_015, 0, 1_015),
    ]


def test_next_instalment_is_the_one_of_today() -> None:
    shown = statement([OPENED], date(2026, 2, 28))
    assert shown.next_line is shown.lines[1]
    assert statement([OPENED], date(2026, 4, 1)).next_line is None


def test_shares_say_which_payment_paid_what() -> None:
    events: list[Any] = [
        paid(2, date(2026, 1, 31), 1_000),
        paid(3, date(2026, 2, 3), 1_060),
        paid(4, date(2026, 2, 4), 5_000),
    ]
    shown = statement([OPENED, *events], date(2026, 3, 1))
    assert shown.shares == [
        Share(2, date(2026, 1, 31), 1, 1_000),
        Share(3, date(2026, 2, 3), 1, 35),
        Share(3, date(2026, 2, 3), 2, 1_025),
        Share(4, date(2026, 2, 4), 3, 1_015),
    ]
    assert shown.paid_by(3) == shown.shares[1:3]
    assert shown.shares_of(1) == shown.shares[:2]
    assert sum(share.amount_minor for share in shown.shares) == 3_075
    assert shown.status is LoanStatus.settled


def test_instalment_of_nothing_is_paid_by_nobody() -> None:
    schedule = [ScheduledInstalment(1, date(2026, 1, 31), 0, 0), SCHEDULE[1]]
    opened = Event(
        sequence=1,
        kind=EventKind.opened,
        value_on=date(2026, 1, 1),
        payload=Opened(principal_minor=1_000, currency="CNY", schedule=schedule),
    )
    shown = statement([opened, paid(2, date(2026, 2, 1), 25)], date(2026, 2, 1))
    assert [line.state for line in shown.lines] == [PAID, PART]
    assert shown.shares == [Share(2, date(2026, 2, 1), 2, 25)]
