import pytest

from app import database as db
from app import outbox
from app.errors import Unavailable
from app.permission import Role
from app.report import actions, queries
from app.report.actions import RunDelinquency, run_delinquency
from app.report.models import ReportRun, RunState
from tests.app.report.books import make_portfolio
from tests.factories import actor_of
from workers import job as jobs
from workers.job import JOBS, Queue
from workers.report import count

pytestmark = pytest.mark.usefixtures("database")
OFFICER = actor_of(Role.risk_officer)


async def asked() -> int:
    await make_portfolio()
    return (await run_delinquency(OFFICER, RunDelinquency(months=1))).result.run_id


async def test_a_worker_counts_what_was_asked_for() -> None:
    run_id = await asked()
    (taken,) = await outbox.take_due()
    assert JOBS[taken.topic].queue is Queue.long
    await jobs.run(taken.topic, taken.id, taken.payload)
    run = await ReportRun.get(id=run_id)
    assert run.state is RunState.done
    assert queries.figures(run).points[-1].loan_count == 10
    assert await db.value("SELECT done_at IS NOT NULL FROM outbox")


async def test_what_cannot_be_counted_says_so_and_is_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("with somebody's name in it")

    run_id = await asked()
    monkeypatch.setattr(queries, "point", breaks)
    (taken,) = await outbox.take_due()
    await jobs.run(taken.topic, taken.id, taken.payload)
    run = await ReportRun.get(id=run_id)
    assert (run.state, run.failure) == (RunState.failed, "RuntimeError")
    assert await db.value("SELECT done_at IS NOT NULL FROM outbox")


async def test_while_the_database_is_away_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    run_id = await asked()
    monkeypatch.setattr(actions, "count", away)
    with pytest.raises(Unavailable):
        await count(run_id)
    assert (await ReportRun.get(id=run_id)).state is RunState.waiting
