"""What was found on this machine, what is missing, and the mend for each."""

import click

from app.command.examination import EXAMINATIONS
from app.command.finding import Finding
from app.command.speech import padded
from app.i18n import gettext as _


@click.command("doctor")
def command() -> None:
    """Say what was found and what is missing, each with its mend."""
    found = [finding for examine in EXAMINATIONS for finding in examine()]
    for finding in found:
        click.echo(_line(finding))
    missing = sum(not finding.is_well for finding in found)
    click.echo(_("{passed} passed, {failed} failed", passed=len(found) - missing, failed=missing))
    if missing:
        raise SystemExit(1)


def _line(finding: Finding) -> str:
    mark = padded(_("ok") if finding.is_well else _("FAILED"), 6)
    step = finding.advice if finding.is_well else finding.mend
    mend = f"\n         → {step}" if step else ""
    return f"{mark} {padded(finding.subject, 22)}{finding.words}{mend}"
