"""Wake-ups. A tick only asks the database what is due: a missed tick, or a hundred of them after
the clock jumped, change nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

from arq.cron import CronJob, cron

from app.operation import housekeeping


def _tick(call: Callable[[], Awaitable[Any]]) -> Callable[[dict[Any, Any]], Awaitable[None]]:
    async def run(_context: dict[Any, Any]) -> None:
        await call()

    return run


CRON_JOBS: list[CronJob] = [
    # Odd minutes, so that the ticks do not pile up.
    cron(_tick(housekeeping.sweep_out), name="cron.sweep_out", hour=3, minute=41, second=30),
]
