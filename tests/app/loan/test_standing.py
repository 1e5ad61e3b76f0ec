from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.loan.bucket import days_past_due
from app.loan.event import Closed, Event, ScheduledInstalment
from app.loan.models import EventKind, LoanStatus
from app.loan.replay import replay
from app.loan.standing import Interval, Standing, StandingLine
from tests.app.loan.lives import BEGIN, END, LIVES, Life, Paid

DAY = timedelta(days=1)
DATES = st.integers(0, (END - BEGIN).days).map(lambda days: BEGIN + timedelta(days=days))
NOTHING = Standing(None, 0, 0, None)

# Three times 1,000 are due, 600 and 900 came in.
VECTOR = Life(
    [
        ScheduledInstalment(1, date(2026, 1, 31), 1_000_00, 0),
        ScheduledInstalment(2, date(2026, 2, 28), 1_000_00, 0),
        ScheduledInstalment(3, date(2026, 3, 31), 1_000_00, 0),
    ],
    [Paid(date(2026, 2, 10), 600_00), Paid(date(2026, 3, 5), 900_00)],
)


def line_of(life: Life, *more: Event) -> StandingLine:
    return StandingLine(replay([*life.events(), *more]))


def by_hand(life: Life, on: date) -> Standing:
    """Straight from the definition: what fell due before, less what was paid by then."""
    due = [row for row in life.schedule if row.due_on < on and row.due_minor]
    paid = sum(p.amount_minor - p.other_minor for p in life.payments if p.on <= on)
    state = replay(life.events(), until=on)
    overdue = max(0, sum(row.due_minor for row in due) - paid)
    if not overdue:
        return NOTHING
    oldest, left = due[0], paid
    for row in due:
        oldest = row
        if row.due_minor > left:
            break
        left -= row.due_minor
    days = (on - oldest.due_on).days
    bucket = min(-(-days // 30), 7)
    return Standing(oldest.due_on, overdue, bucket, state.principal_left_minor)


@pytest.mark.parametrize(
    ("on", "days", "since", "overdue_minor", "bucket"),
    [
        (date(2026, 1, 31), 0, None, 0, 0),
        (date(2026, 2, 1), 1, date(2026, 1, 31), 1_000_00, 1),
        (date(2026, 2, 10), 10, date(2026, 1, 31), 400_00, 1),
        (date(2026, 3, 1), 29, date(2026, 1, 31), 1_400_00, 1),
        (date(2026, 3, 5), 5, date(2026, 2, 28), 500_00, 1),
        (date(2026, 3, 30), 30, date(2026, 2, 28), 500_00, 1),
        (date(2026, 3, 31), 31, date(2026, 2, 28), 500_00, 2),
        (date(2026, 4, 1), 32, date(2026, 2, 28), 1_500_00, 2),
        (date(2026, 5, 29), 90, date(2026, 2, 28), 1_500_00, 3),
        (date(2026, 5, 30), 91, date(2026, 2, 28), 1_500_00, 4),
    ],
)
def test_a_known_life(
    on: date, days: int, since: date | None, overdue_minor: int, bucket: int
) -> None:
    standing = line_of(VECTOR).on(on)
    assert (standing.overdue_since, standing.overdue_minor) == (since, overdue_minor)
    assert standing.bucket == bucket
    assert days_past_due(standing.overdue_since, on) == days
    assert standing.is_overdue is (since is not None)


def test_a_leap_day() -> None:
    life = Life([ScheduledInstalment(1, date(2024, 2, 29), 100, 0)], [])
    standing = line_of(life).on(date(2024, 3, 31))
    assert (standing.overdue_since, standing.bucket) == (date(2024, 2, 29), 2)


def test_the_intervals_of_a_known_life() -> None:
    found = line_of(VECTOR).intervals(date(2026, 1, 1), date(2026, 4, 1))
    assert [(i.from_on, i.to_on, i.standing.bucket, i.standing.overdue_minor) for i in found] == [
        (date(2026, 1, 1), date(2026, 2, 1), 0, 0),
        (date(2026, 2, 1), date(2026, 2, 10), 1, 1_000_00),
        (date(2026, 2, 10), date(2026, 3, 1), 1, 400_00),
        (date(2026, 3, 1), date(2026, 3, 3), 1, 1_400_00),
        (date(2026, 3, 3), date(2026, 3, 5), 2, 1_400_00),
        (date(2026, 3, 5), date(2026, 3, 31), 1, 500_00),
        (date(2026, 3, 31), date(2026, 4, 1), 2, 500_00),
        (date(2026, 4, 1), None, 2, 1_500_00),
    ]


@given(LIVES, DATES)
def test_a_date_stands_as_the_definition_says(life: Life, on: date) -> None:
    assert line_of(life).on(on) == by_hand(life, on)


@given(LIVES, DATES, st.integers(0, 420))
def test_intervals_are_the_standing_day_by_day(life: Life, from_on: date, days: int) -> None:
    line, until = line_of(life), from_on + timedelta(days=days)
    found = line.intervals(from_on, until)
    assert found[0].from_on == from_on
    assert found[-1].to_on is None
    for one, following in pairwise(found):
        assert one.to_on == following.from_on
        assert one.standing != following.standing
    for ahead in range(days + 1):
        on = from_on + timedelta(days=ahead)
        assert _covering(found, on).standing == line.on(on)


@given(LIVES, DATES)
def test_the_next_change_is_the_first_day_that_stands_otherwise(life: Life, after: date) -> None:
    """Nobody pays any more: what comes, comes by itself. Nothing is skipped, nothing is looked at
    in vain."""
    known = [paid for paid in life.payments if paid.on <= after]
    line = line_of(Life(life.schedule, known))
    now = line.on(after)
    days = (after + timedelta(days=n) for n in range(1, 640))
    assert line.next_change(after) == next((on for on in days if line.on(on) != now), None)


@given(LIVES, DATES)
def test_the_next_due_date_is_that_of_the_first_unpaid_one_not_past_due(
    life: Life, on: date
) -> None:
    state = replay(life.events(), until=on)
    coming = (i for i in state.instalments if i.terms.due_on >= on and i.left_minor)
    assert StandingLine(state).next_due_on(on) == next((i.terms.due_on for i in coming), None)


@given(LIVES, DATES)
def test_the_principal_left_is_kept_while_something_is_overdue(life: Life, on: date) -> None:
    standing = line_of(life).on(on)
    left = replay(life.events(), until=on).principal_left_minor
    assert standing.principal_left_minor == (left if standing.is_overdue else None)


@given(LIVES, DATES)
def test_a_loan_that_left_the_book_stands_no_more(life: Life, closed_on: date) -> None:
    closed = Closed(status=LoanStatus.written_off)
    event = Event(sequence=90, kind=EventKind.closed, value_on=closed_on, payload=closed)
    line, open_line = line_of(life, event), line_of(life)
    assert line.on(closed_on) == NOTHING
    assert line.next_change(closed_on) is None
    assert line.next_due_on(closed_on) is None
    assert line.on(closed_on - DAY) == open_line.on(closed_on - DAY)
    last = line.intervals(BEGIN, max(END, closed_on))[-1]
    assert (last.standing, last.to_on) == (NOTHING, None)


def _covering(found: list[Interval], on: date) -> Interval:
    (one,) = [i for i in found if i.from_on <= on and (i.to_on is None or on < i.to_on)]
    return one
