"""The worker process: one arq worker for each queue, and the relay that feeds them."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import orjson
from arq import func
from arq.connections import ArqRedis
from arq.worker import Function, Worker

from app import redis
from app.database import close_database, init_database
from app.log import get_logger
from app.task import end
from workers import job
from workers.cron import CRON_JOBS, LONG_CRON_JOBS
from workers.job import JOBS, TIMEOUT_SECONDS, Queue
from workers.relay import relay
from workers.topics import load_topics

JOBS_AT_ONCE = {Queue.short: 8, Queue.long: 2}
RESTART_SECONDS_MIN, RESTART_SECONDS_MAX = 0.2, 10.0
# A report counts the whole book; the server's own limit per statement is set by the job.
ANSWER_WITHIN = timedelta(minutes=10)

log = get_logger(__name__)

# Those that have lost their Redis, with jobs in hand.
_going_on: "dict[asyncio.Task[None], _Worker]" = {}


async def work() -> None:
    """Works until cancelled. When Redis or the database goes away it waits for them and goes on."""
    await init_database(application="afterloan-work", command_timeout=ANSWER_WITHIN)
    try:
        await serve_queues()
    finally:
        await close_database()


class _Worker(Worker):
    """arq shields its last word about a job from being cancelled, and lets it go on by itself."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.last_words: set[asyncio.Task[Any]] = set()

    async def finish_job(self, *told: Any, **more: Any) -> None:
        self._note_last_word()
        await super().finish_job(*told, **more)

    async def finish_failed_job(self, *told: Any, **more: Any) -> None:
        self._note_last_word()
        await super().finish_failed_job(*told, **more)

    def _note_last_word(self) -> None:
        speaking = asyncio.current_task()
        assert speaking is not None
        self.last_words.add(speaking)
        speaking.add_done_callback(self.last_words.discard)


async def serve_queues() -> None:
    load_topics()
    try:
        # Not `gather`: cancelled, it is done when the first of them is, and leaves the others.
        async with asyncio.TaskGroup() as all_of_them:
            for run in (_feed, *map(_worker_of, Queue)):
                all_of_them.create_task(_kept_up(run))
    finally:
        await _stop_going_on()


async def _feed() -> None:
    pool = redis.job_client()
    try:
        await relay(pool)
    finally:
        await pool.aclose(close_connection_pool=True)


def _worker_of(queue: Queue) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run_worker() -> None:
        pool = redis.job_client()
        worker = _Worker(
            functions=_functions(queue),
            queue_name=queue,
            cron_jobs=CRON_JOBS if queue is Queue.short else LONG_CRON_JOBS,
            redis_pool=pool,
            handle_signals=False,
            max_jobs=JOBS_AT_ONCE[queue],
            job_timeout=TIMEOUT_SECONDS[queue],
            poll_delay=0.1,
            # Results and arguments would lie in Redis in clear.
            keep_result=0,
            log_results=False,
            max_tries=1,
            job_serializer=orjson.dumps,
            job_deserializer=orjson.loads,
        )
        try:
            await worker.async_run()
        except redis.AWAY:
            _let_go_on(worker, pool)
            raise
        except BaseException:
            await _end(worker, pool)
            raise

    return run_worker


def _let_go_on(worker: _Worker, pool: ArqRedis) -> None:
    """Redis only carried the jobs here. Who has one in hand brings it to its end, and its row says
    so; arq's own last word about it is lost with the Redis that wanted to hear it."""

    async def go_on() -> None:
        if worker.tasks:
            await asyncio.wait(worker.tasks.values())
        await _end(worker, pool)

    task = asyncio.create_task(go_on())
    _going_on[task] = worker
    task.add_done_callback(_going_on.pop)


async def _stop_going_on() -> None:
    for worker in _going_on.values():
        for running in worker.tasks.values():
            running.cancel()
    await asyncio.gather(*_going_on, return_exceptions=True)


async def _end(worker: _Worker, pool: ArqRedis) -> None:
    """What arq's own `close` does, without the call that its Redis client has deprecated. Whoever
    still spoke after it would connect anew."""
    running = list(worker.tasks.values())
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    if worker.last_words:
        await asyncio.wait(worker.last_words, timeout=redis.REACH_SECONDS)
    for task in list(worker.last_words):
        await end(task)
    await pool.aclose(close_connection_pool=True)


def _functions(queue: Queue) -> list[Function]:
    return [
        func(_runner(known.topic), name=known.function)
        for known in JOBS.values()
        if known.queue is queue
    ]


def _runner(topic: str) -> Callable[..., Coroutine[Any, Any, None]]:
    async def run_job(_context: dict[Any, Any], id: int, payload: dict[str, Any]) -> None:
        await job.run(topic, id, payload)

    return run_job


async def _kept_up(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """arq's worker ends when Redis restarts: it is begun again, with growing pauses."""
    pause = RESTART_SECONDS_MIN
    while True:
        began = time.monotonic()
        try:
            await run()
        except redis.AWAY as error:
            log.warning("worker.restarting", error=type(error).__name__, pause_seconds=pause)
        if time.monotonic() - began > RESTART_SECONDS_MAX:
            pause = RESTART_SECONDS_MIN
        await asyncio.sleep(pause)
        pause = min(pause * 2, RESTART_SECONDS_MAX)
