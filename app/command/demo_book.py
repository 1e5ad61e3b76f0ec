"""The loan book and the people of a demo, made when there are none."""

import tempfile
from pathlib import Path

import click

from app import clock, database
from app.actor import Actor
from app.identity import provider
from app.settings import settings

SEED = 20_260_101
ZONE = "Asia/Shanghai"
_ACTOR = Actor.system("demo")


async def fill_when_empty(loans: int, book: Path | None, mapping: Path | None) -> None:
    await _seat_people()
    if await database.value("SELECT EXISTS (SELECT 1 FROM loan)"):
        return
    from app.command.importing import import_book

    if book:
        await import_book(book, mapping)
        return
    click.echo(f"Making a book of {loans:,} loans …")
    with tempfile.TemporaryDirectory(prefix="afterloan-book-") as folder:
        _generate(loans, Path(folder))
        await import_book(Path(folder), None)


async def _seat_people() -> None:
    """Those whom the development identity provider knows, in their branches and teams."""
    from app.identity.actions import seed_staff
    from app.identity.order import SeedStaff

    if provider.refusal(settings()) is None:
        await seed_staff(_ACTOR, SeedStaff(issuer=provider.issuer_url(settings())))


def _generate(loans: int, folder: Path) -> None:
    from app.operation.generator.block import Wanted
    from app.operation.generator.book import default_as_of, generate

    as_of = default_as_of(clock.today_in(ZONE))
    generate(Wanted(loans=loans, seed=SEED, as_of=as_of), folder)
