"""Files of others that browsers load."""

import click

from app.asset import VENDOR, bring_assets


@click.command("assets")
def command() -> None:
    """Fetch what browsers load from us and others wrote."""
    changed = bring_assets()
    click.echo(f"{len(changed)} files written to {VENDOR}" if changed else "Nothing to fetch.")
