"""When a close is due. A tick only asks: a missed tick, or many at once, change nothing."""

from datetime import date, datetime, time, timedelta

from app import clock
from app.actor import Actor
from app.log import get_logger
from app.operation.business_day import current_business_date
from app.operation.close.actions import start_close
from app.operation.close.errors import NotTheNextDay
from app.operation.close.order import StartClose
from app.operation.close.queries import close_runs
from app.setting import AUTOMATIC_CLOSE, CLOSING_TIME, TIME_ZONE

log = get_logger(__name__)


def due_close(now: datetime, business_date: date, at: time, zone: str) -> date | None:
    """The date that the close of `business_date` leads to, once its closing time has passed."""
    if now < clock.next_closing(business_date, at, zone):
        return None
    return business_date + timedelta(days=1)


async def close_when_due() -> date | None:
    """Asks a worker for the next close if it is due and wanted, one date at a time: a book that is
    days behind catches up tick by tick, and can be stopped in between."""
    if not await AUTOMATIC_CLOSE.get() or await close_runs():
        return None
    business_date = await current_business_date()
    to_date = due_close(clock.now(), business_date, await CLOSING_TIME.get(), await TIME_ZONE.get())
    if to_date is None:
        return None
    try:
        await start_close(Actor.system("clock"), StartClose(to_date=to_date, in_background=True))
    except NotTheNextDay:
        return None
    log.info("close.due", to_date=to_date.isoformat())
    return to_date
