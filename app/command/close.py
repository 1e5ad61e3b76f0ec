"""The close of business."""

from datetime import date, datetime, timedelta

import click

from app.actor import Actor
from app.command.ground import run
from app.i18n import gettext as _


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
            _(
                "{on}  {loans:,} loans and {cases:,} cases changed, {reminders:,} reminders,"
                " {aside:,} loans set aside, {seconds:.1f} s",
                on=day.to_date,
                loans=day.loans_changed,
                cases=day.cases_changed,
                reminders=day.reminders_planned,
                aside=day.loans_set_aside,
                seconds=seconds,
            )
        )

    begun = await current_business_date()
    await close_until(Actor.system("command"), to or begun + timedelta(days=1), told=tell)
    click.echo(_("The business date is {on}.", on=await current_business_date()))
