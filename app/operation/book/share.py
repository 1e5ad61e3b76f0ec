"""Spreads buckets over processes, each with its own connection, one bucket after the other."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import chain
from typing import Any, TypeVar

import msgspec

from app.actor import Actor
from app.database import init_database
from app.operation.book.actions import write_batch
from app.operation.book.bucket import judge_customers, judge_loans
from app.operation.book.crew import crew
from app.operation.book.fault import Fault
from app.operation.book.locks import BATCH_TIMEOUT
from app.operation.book.manifest import load_manifest, spool_folder
from app.operation.book.order import WriteBatch

# Fewer buckets than these are done here: a process takes half a second to start.
SHARES_ALONE_MAX = 4
GARBAGE_THRESHOLD = 500_000

Answer = TypeVar("Answer")


class Share(msgspec.Struct, frozen=True, kw_only=True):
    run_id: int
    side: str
    bucket: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    kept: list[Fault]
    counts: dict[str, int]


async def judged_shares(actor: Actor, shares: Sequence[Share]) -> AsyncIterator[tuple[Found, int]]:
    number = 0
    async for found in _spread(judge_share, actor, [shares]):
        number += 1
        yield found, number


async def written_shares(actor: Actor, *stages: Sequence[Share]) -> AsyncIterator[int]:
    """One stage after the other: a loan needs its borrower."""
    async for rows in _spread(write_share, actor, stages):
        yield rows


async def judge_share(actor: Actor, share: Share) -> Found:
    manifest = load_manifest(share.run_id)
    assert manifest is not None
    judge = manifest.judge()
    judging: Callable[..., Awaitable[Any]] = (
        judge_customers if share.side == "customer" else judge_loans
    )
    await judging(judge, spool_folder(share.run_id), share.bucket)
    return Found(kept=judge.faults.kept, counts=dict(judge.faults.counts))


async def write_share(actor: Actor, share: Share) -> int:
    order = WriteBatch(run_id=share.run_id, side=share.side, bucket=share.bucket)
    return (await write_batch(actor, order)).result.rows


async def _spread(
    work: Callable[[Actor, Share], Awaitable[Answer]],
    actor: Actor,
    stages: Sequence[Sequence[Share]],
) -> AsyncIterator[Answer]:
    if max(map(len, stages)) <= SHARES_ALONE_MAX:
        for share in chain.from_iterable(stages):
            yield await work(actor, share)
        return
    loop = asyncio.get_running_loop()
    with crew(_open) as pool:
        try:
            for shares in stages:
                jobs = [loop.run_in_executor(pool, _run, work, actor, share) for share in shares]
                for job in asyncio.as_completed(jobs):
                    yield await job
        finally:
            # One that failed stops the rest; what they have begun they finish.
            pool.shutdown(wait=False, cancel_futures=True)


_runner: asyncio.Runner | None = None


def _open() -> None:
    """Once in each process."""
    global _runner
    # A batch makes some hundred thousand rows and no cycles: looking for those every few hundred
    # rows only costs time.
    gc.set_threshold(GARBAGE_THRESHOLD)
    _runner = asyncio.Runner()
    _runner.run(init_database(application="afterloan-import", command_timeout=BATCH_TIMEOUT))


def _run(work: Callable[[Actor, Share], Awaitable[Answer]], actor: Actor, share: Share) -> Answer:
    assert _runner is not None
    return _runner.run(_awaited(work, actor, share))


async def _awaited(
    work: Callable[[Actor, Share], Awaitable[Answer]], actor: Actor, share: Share
) -> Answer:
    return await work(actor, share)
