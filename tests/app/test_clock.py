from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app import clock


@pytest.mark.parametrize(
    ("on", "at", "zone", "instant"),
    [
        (date(2026, 11, 24), time(23, 30), "Asia/Shanghai", "2026-11-24T15:30"),
        # 02:30 does not exist that night: by the old offset it is 03:30 summer time.
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "2026-03-29T01:30"),
        # 02:30 comes twice: the day ends with the second one.
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "2026-10-25T01:30"),
        (date(2026, 11, 1), time(1, 30), "America/New_York", "2026-11-01T06:30"),
    ],
)
def test_a_day_is_never_closed_before_its_last_hour_is_over(
    on: date, at: time, zone: str, instant: str
) -> None:
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert clock.closing_instant(on, at, zone) == expected


def test_a_closing_time_before_noon_belongs_to_the_next_calendar_day() -> None:
    night = clock.next_closing(date(2026, 3, 1), time(2), "Asia/Shanghai")
    evening = clock.next_closing(date(2026, 3, 1), time(22), "Asia/Shanghai")
    assert night == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert evening == datetime(2026, 3, 1, 14, tzinfo=UTC)


def test_the_clock_can_be_stopped() -> None:
    instant = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    with clock.frozen_at(instant):
        assert clock.now() == instant
        assert clock.now().tzinfo is UTC
        assert clock.today_in("Asia/Shanghai") == date(2026, 3, 1)
        assert clock.today_in("Pacific/Auckland") == date(2026, 3, 2)
    assert clock.now() > instant
