"""Ending tasks of our own."""

import asyncio
from typing import Any

_AGAIN_SECONDS = 0.2


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancels until it has ended: a driver below may take one cancellation for its own time-out,
    and the loop above it would go on."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_SECONDS)
