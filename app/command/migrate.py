"""The schema of this version."""

import asyncio

import click

from app.command.ground import ground
from app.i18n import gettext as _
from app.i18n import ngettext
from app.migration import migrate
from app.settings import settings


@click.command("migrate")
def command() -> None:
    """Bring the database to this version; waits while another process does."""
    with ground(current=False):
        url = settings().database_url
        assert url
        applied = asyncio.run(migrate(url.get_secret_value()))
    for name in applied:
        click.echo(_("applied {name}", name=name))
    said = ngettext(
        "{n} migration applied; the schema is current.",
        "{n} migrations applied; the schema is current.",
        len(applied),
    )
    click.echo(said)
