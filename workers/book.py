"""Imports that were asked for on the page."""

from app.operation.book.background import check_uploaded, write_checked
from workers.job import Queue, job


@job("book.check", queue=Queue.long)
async def check(run_id: int) -> None:
    await check_uploaded(run_id)


@job("book.write", queue=Queue.long)
async def write(run_id: int) -> None:
    await write_checked(run_id)
