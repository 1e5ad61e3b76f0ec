"""Wake-ups. A tick only asks the database what is due: a missed tick, or a hundred of them after
the clock jumped, change nothing."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from arq.cron import CronJob, cron
from arq.typing import WorkerCoroutine

from app.operation import housekeeping
from app.operation.audit_check import check_all, check_audit
from app.operation.close.wake import close_when_due
from app.operation.seal import seal_heads

EVERY_MINUTE = set(range(60))


def _tick(call: Callable[[], Awaitable[Any]]) -> WorkerCoroutine:
    async def run(_context: dict[Any, Any], *_arguments: Any, **_keywords: Any) -> None:
        await call()

    return cast(WorkerCoroutine, run)


CRON_JOBS: list[CronJob] = [
    cron(_tick(close_when_due), name="cron.close_when_due", minute=EVERY_MINUTE, second=5),
    cron(_tick(seal_heads), name="cron.seal_audit", minute=17, second=20),
    # Odd minutes, so that the ticks do not pile up.
    cron(_tick(housekeeping.sweep_out), name="cron.sweep_out", hour=3, minute=41, second=30),
]

# Walks along a log that may be long.
LONG_CRON_JOBS: list[CronJob] = [
    # After the seal. Also at the start, so that a log nobody has looked at does not wait an hour.
    cron(_tick(check_audit), name="cron.check_audit", minute=17, second=50, run_at_startup=True),
    cron(_tick(check_all), name="cron.check_audit_from_its_start", hour=4, minute=23, second=40),
]
