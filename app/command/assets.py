"""Files of others that browsers load."""

import click

from app.asset import VENDOR, bring_assets
from app.i18n import gettext as _
from app.i18n import ngettext


@click.command("assets")
def command() -> None:
    """Fetch what browsers load from us and others wrote."""
    changed = bring_assets()
    if not changed:
        click.echo(_("Nothing to fetch."))
        return
    number = len(changed)
    said = ngettext(
        "{n} file written to {folder}", "{n} files written to {folder}", number, folder=VENDOR
    )
    click.echo(said)
