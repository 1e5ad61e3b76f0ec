"""One worker process."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any

import click

from app import log
from app.command.ground import ground
from app.command.outer import WORK, load
from app.settings import settings


@click.command("work")
def command() -> None:
    """Run jobs (one production process)."""
    with ground():
        log.configure(settings().log_level, human=settings().is_development)
        asyncio.run(_until_told(load(WORK)()))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """A job that is cut off here is handed again to the next worker."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    log.watch(loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
