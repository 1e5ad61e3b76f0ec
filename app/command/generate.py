"""A synthetic book, as files in the neutral format."""

from datetime import datetime
from pathlib import Path

import click

from app import clock

ZONE = "Asia/Shanghai"


@click.command("generate")
@click.option("--loans", type=click.IntRange(1, 1_000_000), required=True, help="How many.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, the same book."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder of its files.",
)
@click.option("--instalments", type=click.IntRange(1, 36), help="For every loan; else by product.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the book; else yesterday."
)
def command(
    loans: int, seed: int, out: Path, instalments: int | None, as_of: datetime | None
) -> None:
    """Write the synthetic book of a Chinese consumer lender."""
    from app.operation.generator.block import Wanted
    from app.operation.generator.book import default_as_of, generate

    last_day = as_of.date() if as_of else default_as_of(clock.today_in(ZONE))
    wanted = Wanted(loans=loans, seed=seed, as_of=last_day, instalments=instalments)
    for path in generate(wanted, out):
        click.echo(f"{path.stat().st_size:>14,}  {path}")
