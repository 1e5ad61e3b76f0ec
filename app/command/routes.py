"""Every address of the product."""

import json

import click

from app.command.outer import APPLICATION, LISTED, load


@click.command("routes")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(as_json: bool) -> None:
    """List every URL with its methods and who may call it."""
    listed = sorted(
        load(LISTED)(load(APPLICATION).routes), key=lambda route: (route.path, route.methods)
    )
    rows = [
        {
            "path": route.path,
            "methods": list(route.methods),
            "access": route.access,
            "name": route.name,
        }
        for route in listed
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(row["path"]) for row in rows)
    for row in rows:
        click.echo(f"{row['path']:<{width}}  {' '.join(row['methods']):<9} {row['access']}")
