from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.loan.bucket import LAST_DAYS, bucket_of, days_past_due, next_edge

DUE = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (120, 4), (121, 5),
        (150, 5), (151, 6), (180, 6), (181, 7), (400, 7),
    ],
)  # fmt: skip
def test_the_edges_of_the_buckets(days: int, bucket: int) -> None:
    assert bucket_of(days) == bucket


@given(st.integers(0, 5000))
def test_every_number_of_days_has_its_bucket(days: int) -> None:
    """No gap, no overlap: thirty days each up to 180, everything older in the last one."""
    assert bucket_of(days) == min(-(-days // 30), 7)


@pytest.mark.parametrize(
    ("since", "on", "days"),
    [
        (None, DUE, 0),
        (DUE, DUE - timedelta(days=3), 0),
        (DUE, DUE, 0),
        (DUE, date(2026, 2, 1), 1),
        # The leap day counts like any other.
        (date(2024, 2, 29), date(2024, 3, 31), 31),
        (date(2024, 2, 28), date(2024, 3, 1), 2),
        (date(2026, 2, 28), date(2026, 3, 1), 1),
    ],
)
def test_days_past_due(since: date | None, on: date, days: int) -> None:
    assert days_past_due(since, on) == days


@given(st.integers(0, 400))
def test_the_next_edge_is_the_first_day_in_another_bucket(days: int) -> None:
    on = DUE + timedelta(days=days)
    bucket = bucket_of(days)
    later = (on + timedelta(days=ahead) for ahead in range(1, 200))
    expected = next((day for day in later if bucket_of(days_past_due(DUE, day)) != bucket), None)
    assert next_edge(DUE, on) == expected


def test_other_lines_can_be_drawn() -> None:
    """Weekly buckets of a lender of his own."""
    weekly = (0, 7, 14)
    assert [bucket_of(days, weekly) for days in (0, 7, 8, 14, 15, 999)] == [0, 1, 2, 2, 3, 3]
    assert next_edge(DUE, DUE + timedelta(days=9), weekly) == DUE + timedelta(days=15)
    assert next_edge(DUE, DUE + timedelta(days=15), weekly) is None
    assert LAST_DAYS == (0, 30, 60, 90, 120, 150, 180)
