"""The truths of the book."""

from typing import TYPE_CHECKING

import click

from app.command.ground import run
from app.command.speech import listed, padded
from app.i18n import current_language
from app.i18n import gettext as _

if TYPE_CHECKING:
    from app.operation.check.truth import Looked


@click.command("check")
@click.option("--whole", is_flag=True, help="Replay every loan, not only some of them.")
def command(whole: bool) -> None:
    """Look at every truth of the book; one line each with the number of offenders."""
    if not run(lambda: _check(whole=whole)):
        raise SystemExit(1)


async def _check(*, whole: bool) -> bool:
    from app.operation.check.run import check_book

    every = []
    async for looked in check_book(whole=whole):
        click.echo(_line(looked))
        every.append(looked)
    wrong = sum(not looked.holds for looked in every)
    unknown = sum(looked.is_unknown for looked in every)
    click.echo(
        _(
            "{all} truths: {hold} hold, {wrong} do not, {unknown} had nothing to look at.",
            all=len(every),
            hold=len(every) - wrong - unknown,
            wrong=wrong,
            unknown=unknown,
        )
    )
    return wrong == 0


def _line(looked: "Looked") -> str:
    found = looked.found
    outcome = _("unknown") if looked.is_unknown else _("ok") if looked.holds else _("WRONG")
    seen = f"{found.looked_at:,}"
    if found.out_of:
        seen = _("{looked_at} of {out_of:,}", looked_at=seen, out_of=found.out_of)
    among = _("of {seen}", seen=seen)
    named = _("such as {examples}", examples=listed(found.examples)) if found.examples else ""
    return (
        f"{padded(outcome, 8)}{found.offenders:>9,}  {padded(among, 22)}"
        f"{looked.truth.name:<22}{looked.text(current_language())}{'  ' if named else ''}{named}"
    )
