"""The audit log."""

import click

from app.command.ground import run
from app.i18n import gettext as _


@click.group("audit")
def command() -> None:
    """The audit log and its hash chains."""


@command.command("verify")
def verify() -> None:
    """Walk the chains; name the first bad entry of each."""
    from app.i18n import current_language
    from app.operation.audit_verify import verify_audit

    verified = run(verify_audit)
    for finding in verified.findings:
        click.echo(finding.text(current_language()))
    click.echo(
        _(
            "{entries:,} entries and {seals:,} seals walked.",
            entries=verified.entries,
            seals=verified.seals,
        )
    )
    if verified.last_seal:
        click.echo(_("The last seal is {seal}.", seal=verified.last_seal))
    if not verified.is_whole:
        raise SystemExit(1)
