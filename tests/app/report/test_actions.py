from datetime import UTC, date, datetime

import pytest

from app import clock
from app import database as db
from app.errors import Forbidden
from app.permission import Role, RowScope
from app.report import actions, queries
from app.report.actions import RunDelinquency, run_delinquency
from app.report.delinquency import DEFINITION_VERSION
from app.report.errors import MonthsOutOfRange, ReportNotFound, ReportNotReady
from app.report.models import ReportRun, RunState
from tests.app.report.books import ON, make_held, make_portfolio
from tests.factories import actor_of, make_branch, set_business_date

pytestmark = pytest.mark.usefixtures("database")
OFFICER = actor_of(Role.risk_officer)


async def asked(months: int = 2, **order: str) -> int:
    outcome = await run_delinquency(OFFICER, RunDelinquency(months=months, **order))
    return outcome.result.run_id


async def test_a_question_is_written_down_and_handed_to_a_worker() -> None:
    await set_business_date(ON)
    at = datetime(2026, 4, 1, 9, tzinfo=UTC)
    with clock.frozen_at(at):
        run_id = await asked()
    run = await ReportRun.get(id=run_id)
    assert (run.state, run.steps_done, run.steps_total) == (RunState.waiting, 0, 3)
    assert run.parameters == {"months": 2, "currency": "CNY"}
    assert (run.business_date, run.asked_at, run.asked_by) == (ON, at, "Ada Lovelace")
    assert run.definition_version == DEFINITION_VERSION
    row = await db.row("SELECT topic, payload::text FROM outbox")
    assert row == {"topic": "report.count", "payload": f'{{"run_id": {run_id}}}'}


@pytest.mark.parametrize("months", [-1, 0, 61, 10**9])
async def test_it_looks_back_some_months_and_not_for_ever(months: int) -> None:
    with pytest.raises(MonthsOutOfRange):
        await asked(months)
    assert await ReportRun.all().count() == 0
    assert await db.value("SELECT count(*) FROM outbox") == 0


async def test_who_may_not_run_reports_asks_for_none() -> None:
    with pytest.raises(Forbidden):
        await run_delinquency(actor_of(Role.collector), RunDelinquency())
    assert await ReportRun.all().count() == 0


async def test_counting_fills_the_bar_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_portfolio()
    run_id, steps = await asked(), []
    counted = queries.point

    async def watched(*arguments: object) -> object:
        run = await ReportRun.get(id=run_id)
        steps.append((run.state, run.steps_done))
        return await counted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "point", watched)
    await actions.count(run_id)
    assert steps == [(RunState.running, 0), (RunState.running, 1), (RunState.running, 2)]
    run = await ReportRun.get(id=run_id)
    assert (run.state, run.steps_done) == (RunState.done, 3)
    assert run.started_at is not None
    assert run.finished_at is not None
    report = queries.figures(run)
    assert [point.on for point in report.points] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31),
    ]  # fmt: skip
    assert report.points[-1].principal_minor == 84_000_00


async def test_counted_twice_it_says_the_same() -> None:
    await make_portfolio()
    run_id = await asked()
    await actions.count(run_id)
    first = await ReportRun.get(id=run_id)
    await actions.count(run_id)
    second = await ReportRun.get(id=run_id)
    assert (second.result, second.finished_at) == (first.result, first.finished_at)
    # A worker died before it could say that it was done.
    await ReportRun.filter(id=run_id).update(state=RunState.running, result=None)
    await actions.count(run_id)
    assert (await ReportRun.get(id=run_id)).result == first.result


async def test_it_is_counted_in_the_rows_of_whoever_asked() -> None:
    await set_business_date(ON)
    east, west = await make_branch(), await make_branch("west", "West branch")
    await make_held(5, 100, 10, branch_id=east)
    await make_held(5, 10_000, 1_000, branch_id=west)
    lead = actor_of(Role.lead, row_scope=RowScope.branch, branch_id=east)
    run_id = (await run_delinquency(lead, RunDelinquency(months=1))).result.run_id
    await actions.count(run_id)
    last = queries.figures(await queries.run(lead, run_id)).points[-1]
    assert (last.loan_count, last.principal_minor) == (1, 100)


async def test_another_currency_can_be_asked_for() -> None:
    await make_portfolio()
    await make_held(5, 700, 70, currency="USD")
    run_id = await asked(1, currency="USD")
    await actions.count(run_id)
    report = queries.figures(await ReportRun.get(id=run_id))
    assert (report.currency, report.points[-1].principal_minor) == ("USD", 700)


async def test_a_report_belongs_to_whoever_asked() -> None:
    run_id = await asked()
    stranger = actor_of(Role.management, id=2)
    assert (await queries.run(OFFICER, run_id)).id == run_id
    with pytest.raises(ReportNotFound):
        await queries.run(stranger, run_id)
    with pytest.raises(Forbidden):
        await queries.run(actor_of(Role.collector), run_id)
    assert [run.id for run in await queries.runs(OFFICER)] == [run_id]
    assert await queries.runs(stranger) == []


async def test_before_it_is_counted_it_has_no_figures() -> None:
    run = await ReportRun.get(id=await asked())
    with pytest.raises(ReportNotReady):
        queries.figures(run)
    await actions.give_up(run.id, "RuntimeError")
    failed = await ReportRun.get(id=run.id)
    assert (failed.state, failed.failure) == (RunState.failed, "RuntimeError")
    with pytest.raises(ReportNotReady):
        queries.figures(failed)


async def test_the_list_is_bounded_and_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "RUNS_SHOWN_MAX", 2)
    ids = [await asked() for _ in range(3)]
    assert [run.id for run in await queries.runs(OFFICER)] == [ids[2], ids[1]]
