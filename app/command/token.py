"""Tokens of integrators."""

import click

from app.actor import Actor
from app.command.ground import run
from app.command.speech import listed
from app.i18n import gettext as _


@click.group("token")
def command() -> None:
    """Service tokens of integrators."""


@command.command("create")
@click.option("--client", required=True, help="Who will use it.")
@click.option("--scopes", required=True, help="Separated by commas, such as loans:read.")
@click.option("--days", default=90, show_default=True, help="Until it expires.")
def create(client: str, scopes: str, days: int) -> None:
    """Issue a token; it is printed once."""
    from app.identity.actions import issue_token
    from app.identity.order import IssueToken

    order = IssueToken(
        client=client, scopes=[name for name in scopes.replace(",", " ").split()], days=days
    )
    outcome = run(lambda: issue_token(Actor.system("command"), order))
    click.echo(outcome.result.token)
    scopes, until = listed(outcome.result.scopes), outcome.result.expires_at.date()
    click.echo(_("{scopes} until {on}", scopes=scopes, on=until), err=True)
