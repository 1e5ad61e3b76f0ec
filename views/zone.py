"""The time zone in which pages tell an instant: the one of the business day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.setting import TIME_ZONE

# A changed setting reaches the pages within this time, and most pages ask nothing.
KNOWN_FOR = timedelta(seconds=30)

_known: tuple[ZoneInfo, datetime | None] = ZoneInfo(TIME_ZONE.default), None


def zone() -> ZoneInfo:
    return _known[0]


async def ask_zone() -> None:
    """Before a page is drawn, for whoever draws it without waiting."""
    global _known
    asked_at, now = _known[1], clock.now()
    if asked_at is None or not timedelta() <= now - asked_at < KNOWN_FOR:
        _known = ZoneInfo(await TIME_ZONE.get()), now
