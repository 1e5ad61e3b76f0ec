from datetime import UTC, date, datetime, time

import pytest

from app import clock
from app import database as db
from app.operation.close.wake import close_when_due, due_close
from tests.factories import set_business_date

NEXT = date(2026, 3, 16)
SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("now", "closing_time", "expected"),
    [
        # 23:30 in Shanghai is 15:30 in UTC.
        (datetime(2026, 3, 15, 15, 29, 59, tzinfo=UTC), time(23, 30), None),
        (datetime(2026, 3, 15, 15, 30, tzinfo=UTC), time(23, 30), NEXT),
        # Before noon it is the next calendar day's.
        (datetime(2026, 3, 15, 16, 0, tzinfo=UTC), time(1, 0), None),
        (datetime(2026, 3, 15, 17, 0, tzinfo=UTC), time(1, 0), NEXT),
        # Days behind: one date after the other.
        (datetime(2026, 3, 25, 17, 0, tzinfo=UTC), time(23, 30), NEXT),
    ],
)
def test_a_day_is_due_once_its_closing_time_has_passed(
    now: datetime, closing_time: time, expected: date | None
) -> None:
    assert due_close(now, date(2026, 3, 15), closing_time, SHANGHAI) == expected


def test_night_that_repeats_an_hour_closes_at_the_second_of_the_two() -> None:
    """In Berlin 2:30 is there twice on 25 October 2026: at 0:30 and at 1:30 in UTC."""
    day, at = date(2026, 10, 24), time(2, 30)
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    after = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert due_close(between, day, at, "Europe/Berlin") is None
    assert due_close(after, day, at, "Europe/Berlin") == date(2026, 10, 25)


def test_night_that_skips_the_closing_time_closes_once_it_would_have_been() -> None:
    """In Berlin there is no 2:30 on 29 March 2026; by the old offset it is 1:30 in UTC."""
    day, at = date(2026, 3, 28), time(2, 30)
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    after = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert due_close(before, day, at, "Europe/Berlin") is None
    assert due_close(after, day, at, "Europe/Berlin") == date(2026, 3, 29)


async def switch_on() -> None:
    await db.execute(
        "INSERT INTO business_setting (name, value, version, changed_at, changed_by)"
        " VALUES ('day.automatic_close', 'true', 1, now(), 'test')"
    )


async def closes_and_jobs() -> tuple[int, int]:
    closes = await db.value("SELECT count(*) FROM day_close")
    return closes, await db.value("SELECT count(*) FROM outbox")


@pytest.mark.usefixtures("database")
async def test_tick_asks_a_worker_once() -> None:
    await switch_on()
    await set_business_date(date(2026, 3, 15))
    with clock.frozen_at(datetime(2026, 3, 15, 15, 0, tzinfo=UTC)):
        assert await close_when_due() is None
    with clock.frozen_at(datetime(2026, 3, 15, 15, 31, tzinfo=UTC)):
        assert await close_when_due() == NEXT
        # Ticks that come while it runs find it running.
        assert await close_when_due() is None
    assert await closes_and_jobs() == (1, 1)


@pytest.mark.usefixtures("database")
async def test_nobody_is_asked_unless_it_is_switched_on() -> None:
    await set_business_date(date(2026, 3, 15))
    assert await close_when_due() is None
    assert await closes_and_jobs() == (0, 0)
