"""How every loan stood on given dates, as CSV: to hold beside another system's own figures."""

import csv
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import click

from app.command.ground import run

_DAY = timedelta(days=1)


@click.command("standing")
@click.option("--on", "dates", multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="A date.")
@click.option("--month-ends", is_flag=True, help="Every month end from the first loan on.")
def command(dates: tuple[datetime, ...], month_ends: bool) -> None:
    """Days past due of every loan on past dates, as CSV; today if none is named."""
    run(lambda: _tell([moment.date() for moment in dates], month_ends=month_ends))


async def _tell(dates: list[date], *, month_ends: bool) -> None:
    from app import database
    from app.actor import Actor
    from app.loan.stood import stood_on
    from app.money import to_decimal
    from app.operation.business_day import current_business_date

    today = await current_business_date()
    if month_ends:
        first = await database.value("SELECT min(disbursed_on) FROM loan")
        dates = [*dates, *_month_ends(first or today, today)]
    wanted = sorted({on for on in dates or [today] if on <= today})
    sink = csv.writer(sys.stdout, lineterminator="\n")
    sink.writerow(["loan_key", "on", "days_past_due", "bucket", "overdue", "currency"])
    async for stood in stood_on(Actor.system("command"), wanted):
        overdue = to_decimal(stood.overdue_minor, stood.currency)
        sink.writerow(
            [stood.source_number, stood.on, stood.days_past_due, stood.bucket, overdue,
             stood.currency]
        )  # fmt: skip


def _month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the months from `first` to `last`."""
    on = first
    while on <= last:
        if (on + _DAY).day == 1:
            yield on
        on += _DAY
