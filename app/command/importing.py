"""A loan book comes in: checked whole, then written batch by batch."""

import sys
from pathlib import Path

import click

from app.command.ground import run

FAULTS_SHOWN_MAX = 200


@click.command("import")
@click.argument(
    "paths", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True, metavar="PATH…"
)
@click.option(
    "--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What the files' columns mean (TOML); without it they have the neutral names.",
)  # fmt: skip
@click.option("--check-only", is_flag=True, help="Read and judge every line; write nothing.")
def command(paths: tuple[Path, ...], mapping: Path | None, check_only: bool) -> None:
    """Import a book: a folder, or single files."""
    good = run(lambda: import_paths(list(paths), mapping, check_only=check_only))
    sys.exit(0 if good else 1)


async def import_book(path: Path, mapping: Path | None) -> None:
    """For a demo: a book with faults is the end of it."""
    if not await import_paths([path], mapping):
        raise click.ClickException("The book was not imported.")


async def import_paths(
    paths: list[Path], mapping: Path | None, *, check_only: bool = False
) -> bool:
    from app.actor import Actor
    from app.operation.book.run import Report, Step
    from app.operation.book.run import import_book as import_files
    from app.operation.models import ImportState

    def tell(step: Step) -> None:
        if sys.stderr.isatty():
            share = 100 * step.done // max(step.total, 1)
            click.echo(f"\r{step.phase} {share:3d} %", nl=step.done >= step.total, err=True)

    report: Report = await import_files(
        Actor.system("command"), paths, mapping_path=mapping, check_only=check_only, told=tell
    )
    for fault in report.faults[:FAULTS_SHOWN_MAX]:
        click.echo(fault.line())
    if report.state is ImportState.refused:
        beyond = report.fault_total - min(len(report.faults), FAULTS_SHOWN_MAX)
        more = f" ({beyond:,} more are not listed)" if beyond else ""
        click.echo(f"{report.fault_total:,} faults{more}; nothing was written.", err=True)
        return False
    rows = ", ".join(f"{count:,} {table}" for table, count in report.counts.items())
    said = "The book has these already" if report.was_there else "Checked" if check_only else "Done"
    click.echo(f"{said}: {rows}.")
    return True
