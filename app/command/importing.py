"""A loan book from files."""

import sys
from pathlib import Path

import click

from app.command.ground import run


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How to read it.",
)
@click.option("--check-only", is_flag=True, help="Tell every fault and write nothing.")
def command(paths: tuple[Path, ...], mapping: Path | None, check_only: bool) -> None:
    """Bring a loan book in: a folder, or single files."""
    if not run(lambda: bring_in(list(paths), mapping, check_only=check_only)):
        raise SystemExit(1)


async def bring_in(paths: list[Path], mapping: Path | None, *, check_only: bool = False) -> bool:
    """False when the files have faults, which are told, and nothing was written."""
    from app.actor import Actor
    from app.command.known_mapping import known_mapping
    from app.operation.book.run import import_book

    progress = Progress()
    mapping = mapping or known_mapping(paths[0])
    report = await import_book(
        Actor.system("command"),
        paths,
        mapping_path=mapping,
        check_only=check_only,
        told=lambda step: progress.tell(step.phase, step.done, step.total),
    )
    progress.end()
    for fault in report.faults:
        click.echo(fault.line(), err=True)
    if report.fault_total:
        told = len(report.faults)
        rest = f", the first {told} of them above" if told < report.fault_total else ""
        click.echo(f"{report.fault_total:,} faults{rest}. Nothing was written.", err=True)
        return False
    counts = ", ".join(f"{count:,} {table}" for table, count in report.counts.items() if count)
    outcome = (
        "Nothing new" if report.was_there else "Without a fault" if check_only else "Brought in"
    )
    click.echo(f"{outcome}: {counts}.")
    return True


class Progress:
    """One line at a terminal that moves on; nothing in a file."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown = ""

    def tell(self, phase: str, done: int, total: int) -> None:
        words = f"{phase:<6} {done * 100 // max(total, 1):>3} %"
        if self._is_terminal and words != self._shown:
            click.echo(f"\r{words}", err=True, nl=False)
            self._shown = words

    def end(self) -> None:
        if self._shown:
            click.echo("\r" + " " * len(self._shown) + "\r", err=True, nl=False)
