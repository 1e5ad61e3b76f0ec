"""The close of business."""

from datetime import date, datetime, timedelta

import click

from app.actor import Actor
from app.command.ground import run


@click.command("close")
@click.option(
    "--to", type=click.DateTime(["%Y-%m-%d"]), help="The new business date; else the next."
)
def command(to: datetime | None) -> None:
    """Close the business day, one date after the other."""
    run(lambda: _close(to.date() if to else None))


async def _close(to: date | None) -> None:
    from app.operation.business_day import current_business_date
    from app.operation.close.order import CloseFinished
    from app.operation.close.run import close_until

    def tell(day: CloseFinished) -> None:
        seconds = (day.finished_at - day.started_at).total_seconds()
        click.echo(
            f"{day.to_date}  {day.loans_changed:,} loans and {day.cases_changed:,} cases changed,"
            f" {day.reminders_planned:,} reminders, {day.loans_set_aside:,} loans set aside,"
            f" {seconds:.1f} s"
        )

    begun = await current_business_date()
    await close_until(Actor.system("command"), to or begun + timedelta(days=1), told=tell)
    click.echo(f"The business date is {await current_business_date()}.")
