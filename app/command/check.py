"""The truths of the book."""

import click

from app.command.ground import run


@click.command("check")
@click.option("--whole", is_flag=True, help="Replay every loan, not only some of them.")
def command(whole: bool) -> None:
    """Look at every truth of the book; one line each with the number of offenders."""
    if not run(lambda: _check(whole=whole)):
        raise SystemExit(1)


async def _check(*, whole: bool) -> bool:
    from app.i18n import current_language
    from app.operation.check.run import check_book
    from app.operation.check.truth import Looked

    def line(looked: Looked) -> str:
        found = looked.found
        seen = f"{found.looked_at:,}" + (f" of {found.out_of:,}" if found.out_of else "")
        outcome = "unknown" if looked.is_unknown else "ok" if looked.holds else "WRONG"
        named = f"  such as {', '.join(map(str, found.examples))}" if found.examples else ""
        return (
            f"{outcome:<8}{found.offenders:>9,}  of {seen:<18}"
            f"{looked.truth.name:<22}{looked.text(current_language())}{named}"
        )

    every = []
    async for looked in check_book(whole=whole):
        click.echo(line(looked))
        every.append(looked)
    wrong = sum(not looked.holds for looked in every)
    unknown = sum(looked.is_unknown for looked in every)
    click.echo(
        f"{len(every)} truths: {len(every) - wrong - unknown} hold, {wrong} do not,"
        f" {unknown} had nothing to look at."
    )
    return wrong == 0
