"""The GraphQL schema as text."""

import click

from app.command.outer import SCHEMA, load


@click.command("schema")
def command() -> None:
    """Print the GraphQL schema."""
    click.echo(load(SCHEMA)().as_str())
