"""Counting reports."""

from app.errors import Unavailable
from app.log import get_logger
from app.report import actions
from workers.job import Queue, job

log = get_logger(__name__)


@job("report.count", queue=Queue.long)
async def count(run_id: int) -> None:
    """Whoever waits for it is told when it cannot be counted; he runs it again himself."""
    try:
        await actions.count(run_id)
    except Unavailable:
        # Counted again when the database is back.
        raise
    except Exception as error:
        log.error("report.failed", run_id=run_id, exc_info=error)
        await actions.give_up(run_id, type(error).__name__)
