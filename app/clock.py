"""The only source of now.

The business date is a row, moved by the close of business; it is never read off the clock. The
clock only says when the next close is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present instant in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today_in(zone: str) -> date:
    return now().astimezone(ZoneInfo(zone)).date()


def closing_instant(on: date, at: time, zone: str) -> datetime:
    """When the business day `on` ends, in UTC.

    The later reading of a wall time that has two: in the night that repeats an hour the second
    one, in the night that skips one the reading by the old offset. A day is never closed before
    its last hour is over."""
    local = datetime.combine(on, at, ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def next_closing(business_date: date, at: time, zone: str) -> datetime:
    """When the business date may be closed: a closing time before noon belongs to the next
    calendar day."""
    on = business_date + timedelta(days=1) if at < time(12) else business_date
    return closing_instant(on, at, zone)


@contextmanager
def frozen_at(instant: datetime) -> Iterator[None]:
    """Stops the clock for a test or a replay; nested calls win."""
    assert instant.tzinfo is not None, "an instant has a time zone"
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
