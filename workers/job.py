"""How a job is declared and run: its outbox row is the truth, arq only brings it here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app import outbox
from app.errors import Unavailable
from app.log import get_logger, set_request_id

log = get_logger(__name__)

Handler = Callable[..., Awaitable[None]]


class Queue(StrEnum):
    """Two queues, so that a report of a minute does not keep a reminder of a moment waiting, and
    a killed short job comes back after the short time-out and not after the long one."""

    short = "afterloan:short"
    long = "afterloan:long"


TIMEOUT_SECONDS: Mapping[Queue, int] = {Queue.short: 60, Queue.long: 3600}


@dataclass(frozen=True, slots=True)
class Job:
    topic: str
    queue: Queue
    handler: Handler

    @property
    def function(self) -> str:
        return f"outbox.{self.topic}"


JOBS: dict[str, Job] = {}


def job(topic: str, *, queue: Queue = Queue.short) -> Callable[[Handler], Handler]:
    """Declares the handler of an outbox topic. It gets the payload as keywords: ids only."""

    def wrap(handler: Handler) -> Handler:
        assert topic not in JOBS, f"two jobs for {topic}"
        JOBS[topic] = Job(topic, queue, handler)
        return handler

    return wrap


async def run(topic: str, id: int, payload: dict[str, Any]) -> None:
    """Runs the row's job unless it is done; a failure is kept on the row and tried again by the
    sweep."""
    set_request_id(f"outbox-{id}")
    if not await outbox.is_open(id):
        return
    beat = asyncio.create_task(_keep_holding(id))
    try:
        await JOBS[topic].handler(**payload)
        await outbox.finish(id)
    except Exception as error:
        # Its text may quote a row: only the kind of the error is logged and kept.
        log.error("job.failed", topic=topic, outbox_id=id, error=type(error).__name__)
        await outbox.fail(id, type(error).__name__)
        if not isinstance(error, Unavailable):
            log.debug("job.failed.detail", exc_info=True)
    finally:
        beat.cancel()


async def _keep_holding(id: int) -> None:
    """While this worker lives, the sweep leaves the row alone."""
    while True:
        await asyncio.sleep(outbox.hand_again_after().total_seconds() / 3)
        try:
            await outbox.hold(id)
        except Exception as error:
            log.warning("job.hold_failed", outbox_id=id, error=type(error).__name__)
