"""The schema of this version."""

import asyncio

import click

from app.command.ground import ground
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
        click.echo(f"applied {name}")
    click.echo(f"{len(applied)} migrations applied; the schema is current.")
