"""`afterloan`: finds the command, and tells a refusal in one sentence with its mend."""

import os
from importlib import import_module
from typing import Any

import click
from pydantic import ValidationError

from app.command.leash import end_with_parent
from app.command.speech import choose_language, translated
from app.errors import AfterloanError
from app.i18n import N_, translate
from app.i18n import gettext as _

# In the order of the help. A module is loaded when its command is called, so that a quick one is.
COMMANDS = {
    "demo": "demo",
    "serve": "serve",
    "work": "work",
    "migrate": "migrate",
    "import": "importing",
    "generate": "generate",
    "close": "close",
    "standing": "standing",
    "check": "check",
    "audit": "audit",
    "token": "token",
    "routes": "routes",
    "schema": "schema",
    "assets": "assets",
    "doctor": "doctor",
}


# What pydantic says of a value that it cannot read.
_READINGS = (
    N_("Input should be a valid integer"),
    N_("Input should be a valid boolean"),
    N_("Input should be 'development' or 'production'"),
)


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"app.command.{COMMANDS[cmd_name]}").command
        return translated(found)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AfterloanError as error:
            mend = error.render_mend()
            raise click.ClickException(error.render() + (f"\n{mend}" if mend else "")) from error
        except ValidationError as error:
            raise click.ClickException(_wrong_settings(error)) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="afterloan")
def afterloan() -> None:
    """Post-loan management on a real loan book."""


def main() -> None:
    choose_language()
    end_with_parent()
    translated(afterloan)(prog_name="afterloan")


def _wrong_settings(error: ValidationError) -> str:
    """Without the values: some of them are secret."""
    lines = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(fault["loc"][0]).upper()
        known = name if name in os.environ else f"AFTERLOAN_{name}"
        reason = translate(fault["msg"].partition(",")[0])
        lines.append(_("{name} cannot be used: {reason}.", name=known, reason=reason))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
