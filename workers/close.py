"""The close of business, asked for on the page or by the clock."""

from datetime import date

from app.actor import Actor
from app.operation.close.run import close_until
from workers.job import Queue, job


@job("operation.close_day", queue=Queue.long)
async def close_day(to_date: str) -> None:
    """Several workers may be at it; killed ones are handed the row again and find what is left."""
    await close_until(Actor.system("close"), date.fromisoformat(to_date))
