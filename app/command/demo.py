"""The whole product in one terminal: engines, book, people, web and worker."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from app.command.child import Child
from app.command.ground import ground, with_database
from app.command.leash import Leash
from app.command.serve import listening
from app.engine.errors import EngineFailed
from app.engine.place import Place, alone
from app.engine.process import tail
from app.engine.supervisor import ROUND_SECONDS, Supervisor
from app.i18n import gettext as _
from app.settings import settings

LOANS = 2_000
READY_SECONDS_MAX = 60
_LOOK_SECONDS = 0.05


@click.command("demo")
@click.option(
    "--loans",
    type=click.IntRange(100, 1_000_000),
    default=LOANS,
    show_default=True,
    help="How many.",
)
@click.option("--book", type=click.Path(exists=True, path_type=Path), help="Your own, instead.")
@click.option("--mapping", type=click.Path(exists=True, path_type=Path), help="How to read it.")
def command(loans: int, book: Path | None, mapping: Path | None) -> None:
    """Run the product with a loan book in it; Ctrl-C ends all of it."""
    begun = time.monotonic()
    # Also where a script began us in its background, with the interrupt ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    wanted = settings()
    listening(wanted.host, wanted.port).close()
    place = Place(wanted.home)
    with (
        alone(place, f"{wanted.base_url}, PID {os.getpid()}"),
        contextlib.suppress(KeyboardInterrupt),
        _undisturbed_end(),
        ground(),
    ):
        _run(loans, book, mapping, begun=begun)


def _run(loans: int, book: Path | None, mapping: Path | None, *, begun: float) -> None:
    from app.command.demo_book import fill, is_empty

    _bring_assets()
    if asyncio.run(is_empty()):
        asyncio.run(with_database(lambda: fill(loans, book, mapping)))
    home, leash = settings().home, Leash()
    web = Child("web", "serve", log=home / "web.log", leash=leash)
    worker = Child("worker", "work", log=home / "work.log", leash=leash)
    supervisor = Supervisor([web, worker])
    try:
        supervisor.start()
        # While they load, which takes longer.
        from app.command.demo_book import seat_people
        from app.command.demo_words import welcome

        asyncio.run(with_database(seat_people))
        words = asyncio.run(with_database(welcome))
        _wait_until_ready(web)
        click.echo(words)
        seconds = time.monotonic() - begun
        click.echo(_("Ready in {seconds:.1f} s. Ctrl-C ends all of it.", seconds=seconds))
        while True:
            time.sleep(ROUND_SECONDS)
            supervisor.tend()
    finally:
        supervisor.stop()


@contextmanager
def _undisturbed_end() -> Iterator[None]:
    """A second Ctrl-C must not leave half of it running."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def _bring_assets() -> None:
    """A machine that is off the network may run with what it has."""
    from app.asset import PACKAGES, bring_assets, broken_assets
    from app.engine.errors import EngineError

    if PACKAGES.exists():
        try:
            bring_assets()
        except EngineError:
            if broken_assets():
                raise


def _wait_until_ready(web: Child) -> None:
    until = time.monotonic() + READY_SECONDS_MAX
    while not _is_ready():
        if not web.alive() or time.monotonic() > until:
            raise EngineFailed(engine=_("The web process"), log=web.log, tail=tail(web.log))
        time.sleep(_LOOK_SECONDS)


def _is_ready() -> bool:
    host = "127.0.0.1" if settings().host in {"0.0.0.0", "::"} else settings().host
    connection = HTTPConnection(host, settings().port, timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, HTTPException):
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    return False
