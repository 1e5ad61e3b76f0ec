"""A loan book from files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.command.ground import run
from app.command.speech import columns, listed, padded
from app.i18n import N_, ngettext, translate
from app.i18n import gettext as _

if TYPE_CHECKING:
    from app.operation.book.run import Report

_PHASES = {"read": N_("read"), "check": N_("check"), "write": N_("write")}
_COUNTS = {
    "customers": N_("{n:,} customers"),
    "loans": N_("{n:,} loans"),
    "instalments": N_("{n:,} instalments"),
    "payments": N_("{n:,} payments"),
    "events": N_("{n:,} events"),
    "related_parties": N_("{n:,} related_parties"),
    "security": N_("{n:,} security"),
    "security_valuations": N_("{n:,} security_valuations"),
    "contacts": N_("{n:,} contacts"),
    "cases": N_("{n:,} cases"),
}


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


async def bring_in(
    paths: list[Path], mapping: Path | None, *, check_only: bool = False, team: str = ""
) -> bool:
    """False when the files have faults, which are told, and nothing was written. `team` is that of
    borrowers of whom nothing says one."""
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
        team=team,
        told=lambda step: progress.tell(step.phase, step.done, step.total),
    )
    progress.end()
    for fault in report.faults:
        click.echo(fault.line(), err=True)
    click.echo(_outcome(report, check_only=check_only), err=bool(report.fault_total))
    return not report.fault_total


def _outcome(report: "Report", *, check_only: bool) -> str:
    if report.fault_total:
        return _refusal(report.fault_total, len(report.faults))
    counts = listed(_(_COUNTS[table], n=n) for table, n in report.counts.items() if n)
    if report.was_there:
        return _("Nothing new: {counts}.", counts=counts)
    if check_only:
        return _("Without a fault: {counts}.", counts=counts)
    return _("Brought in: {counts}.", counts=counts)


def _refusal(faults: int, told: int) -> str:
    if told < faults:
        return _(
            "{n:,} faults, the first {told} of them above. Nothing was written.",
            n=faults,
            told=told,
        )
    return ngettext(
        "{n:,} fault. Nothing was written.", "{n:,} faults. Nothing was written.", faults
    )


class Progress:
    """One line at a terminal that moves on; nothing in a file."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown = ""

    def tell(self, phase: str, done: int, total: int) -> None:
        words = f"{padded(translate(_PHASES[phase]), 6)} {done * 100 // max(total, 1):>3} %"
        if self._is_terminal and words != self._shown:
            click.echo(f"\r{words}", err=True, nl=False)
            self._shown = words

    def end(self) -> None:
        if self._shown:
            click.echo("\r" + " " * columns(self._shown) + "\r", err=True, nl=False)
