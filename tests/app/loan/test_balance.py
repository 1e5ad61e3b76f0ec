from datetime import date

from app.loan.balance import Balance, Point, balance
from app.loan.event import Event
from app.loan.models import LoanStatus
from app.loan.statement import statement
from tests.app.loan.test_statement import OPENED, closed, paid

PAID_OUT = date(2026, 1, 1)
PLANNED = [
    Point(PAID_OUT, 3_000),
    Point(date(2026, 1, 31), 2_000),
    Point(date(2026, 2, 28), 1_000),
    Point(date(2026, 3, 31), 0),
]


def drawn(on: date, *events: Event) -> Balance:
    return balance(statement([OPENED, *events], on), PAID_OUT)


def test_plan_and_what_came() -> None:
    found = drawn(date(2026, 3, 15), paid(2, date(2026, 2, 3), 1_035))
    assert found.planned == PLANNED
    assert found.actual == [
        Point(PAID_OUT, 3_000),
        Point(date(2026, 2, 3), 2_000),
        Point(date(2026, 3, 15), 2_000),
    ]
    assert found.ahead_of_plan_minor == 1_000


def test_on_the_due_date_itself_nobody_is_behind() -> None:
    assert drawn(date(2026, 1, 31)).ahead_of_plan_minor == 0
    assert drawn(date(2026, 2, 1)).ahead_of_plan_minor == 1_000


def test_who_paid_early_is_below_the_plan() -> None:
    found = drawn(date(2026, 1, 15), paid(2, date(2026, 1, 10), 1_035))
    assert found.ahead_of_plan_minor == -1_000


def test_line_ends_where_the_loan_left_the_book() -> None:
    events = [closed(2, date(2026, 3, 1), LoanStatus.written_off)]
    assert drawn(date(2026, 3, 15), *events).actual[-1] == Point(date(2026, 3, 1), 3_000)


def test_before_the_money_went_out_there_is_one_day() -> None:
    assert drawn(date(2025, 12, 1)).actual[-1] == Point(PAID_OUT, 3_000)
