"""Counting reports."""

from app.report import actions
from workers.job import Queue, job


@job("report.count", queue=Queue.long)
async def count(run_id: int) -> None:
    await actions.count(run_id)
