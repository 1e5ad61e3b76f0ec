"""The loan book and the people of a demo, made when there are none."""

import tempfile
from pathlib import Path

import click

from app import clock
from app.database import raw_connection
from app.i18n import gettext as _
from app.settings import settings

SEED = 20_260_101
ZONE = "Asia/Shanghai"


async def is_empty() -> bool:
    async with raw_connection() as connection:
        return not await connection.fetchval("SELECT EXISTS (SELECT 1 FROM loan)")


async def fill(loans: int, book: Path | None, mapping: Path | None) -> None:
    """The people first: a borrower's case wants somebody who looks after it."""
    await seat_people()
    if book:
        await _bring_in(book, mapping)
        return
    click.echo(_("Making a book of {loans:,} loans …", loans=loans))
    with tempfile.TemporaryDirectory(prefix="afterloan-book-") as folder:
        _generate(loans, Path(folder))
        await _bring_in(Path(folder), None)


async def seat_people() -> None:
    """Those whom the development identity provider knows, in their branches and teams."""
    from app.actor import Actor
    from app.identity import provider
    from app.identity.actions import seed_staff
    from app.identity.order import SeedStaff

    if provider.refusal(settings()) is None:
        order = SeedStaff(issuer=provider.issuer_url(settings()))
        await seed_staff(Actor.system("demo"), order)


async def _bring_in(book: Path, mapping: Path | None) -> None:
    from app.command.importing import bring_in
    from app.identity.provider import people

    # A book that knows no teams is shown to the first: its collector is to see a board.
    if not await bring_in([book], mapping, team=people.TEAMS[0].code):
        raise SystemExit(1)


def _generate(loans: int, folder: Path) -> None:
    from app.operation.generator.block import Wanted
    from app.operation.generator.book import default_as_of, generate

    as_of = default_as_of(clock.today_in(ZONE))
    generate(Wanted(loans=loans, seed=SEED, as_of=as_of), folder)
