from datetime import date

import pytest

from app.loan.event import ScheduledInstalment
from app.loan.statement import Line, LineState
from app.loan.stretch import stretches


def line(number: int, state: LineState) -> Line:
    terms = ScheduledInstalment(number, date(2026, 1, 1), 100, 0)
    settled = state in (LineState.paid, LineState.paid_late)
    return Line(
        terms=terms,
        principal_paid_minor=100 if settled else 0,
        interest_paid_minor=0,
        fee_paid_minor=0,
        settled_on=None,
        state=state,
        days_late=0,
    )


def schedule(paid: int, late: int, ahead: int) -> list[Line]:
    states = [LineState.paid] * paid + [LineState.late] * late + [LineState.open] * ahead
    return [line(number, state) for number, state in enumerate(states, start=1)]


@pytest.mark.parametrize(
    ("paid", "late", "ahead", "expected"),
    [
        (0, 0, 3, [(1, 3, False)]),
        (6, 0, 2, [(1, 8, False)]),
        (7, 0, 2, [(1, 4, True), (5, 9, False)]),
        (14, 2, 8, [(1, 11, True), (12, 24, False)]),
        (0, 0, 15, [(1, 15, False)]),
        (0, 1, 16, [(1, 13, False), (14, 17, True)]),
        (100, 3, 257, [(1, 97, True), (98, 115, False), (116, 360, True)]),
        (12, 0, 0, [(1, 9, True), (10, 12, False)]),
        (0, 40, 0, [(1, 40, False)]),
    ],
)
def test_folds(paid: int, late: int, ahead: int, expected: list[tuple[int, int, bool]]) -> None:
    found = stretches(schedule(paid, late, ahead))
    assert [(s.lines[0].number, s.lines[-1].number, s.is_folded) for s in found] == expected
    assert sum(len(s.lines) for s in found) == paid + late + ahead


def test_fold_says_what_it_hides() -> None:
    lines = schedule(7, 0, 2)
    lines[1] = line(2, LineState.paid_late)
    fold, _ = stretches(lines)
    assert (fold.is_settled, fold.late_count, fold.sum_minor) == (True, 1, 400)
    ahead = stretches(schedule(0, 1, 16))[1]
    assert (ahead.is_settled, ahead.sum_minor) == (False, 400)


def test_no_instalments_no_stretches() -> None:
    assert stretches([]) == []
