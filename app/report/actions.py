"""Asking for a report, and counting it."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app import clock, database
from app.actor import Actor, ActorKind
from app.errors import AfterloanError
from app.permission import Permission, RowScope
from app.report import queries
from app.report.delinquency import DEFINITION_VERSION, MONTHS_MAX, Delinquency, report_dates
from app.report.errors import MonthsOutOfRange
from app.report.models import ReportRun, RunState
from app.verb import Work, verb

KIND = "delinquency"
# Counting goes over the whole book; a page's limit would stop it.
STEP_TIMEOUT = timedelta(minutes=5)


class RunDelinquency(msgspec.Struct, frozen=True, kw_only=True):
    months: int = 12
    # Empty: the currency most loans are in.
    currency: Annotated[str, Meta(max_length=3)] = ""


class ReportAsked(msgspec.Struct, frozen=True, kw_only=True):
    run_id: int


def may_run(actor: Actor, subject: None, order: RunDelinquency) -> AfterloanError | None:
    return None if 1 <= order.months <= MONTHS_MAX else MonthsOutOfRange()


@verb("report.run", permission=Permission.REPORT_RUN, check=may_run)
async def run_delinquency(work: Work, subject: None, order: RunDelinquency) -> ReportAsked:
    """Writes the question down; a worker counts."""
    actor = work.actor
    asked = await ReportRun.create(
        kind=KIND,
        parameters={
            "months": order.months,
            "currency": order.currency or await queries.main_currency(),
        },
        steps_total=order.months + 1,
        business_date=work.business_date,
        definition_version=DEFINITION_VERSION,
        asked_by_id=actor.id,
        asked_by=actor.name,
        row_scope=actor.row_scope,
        branch_id=actor.branch_id,
        team_id=actor.team_id,
        asked_at=work.now,
    )
    work.emit("report.count", run_id=asked.id)
    return ReportAsked(run_id=asked.id)


async def count(run_id: int) -> None:
    """The worker's part: one month end after the other, each a step of the progress bar.

    Done twice it counts the same: every figure belongs to a closed date."""
    found = await ReportRun.get(id=run_id)
    if found.state is RunState.done:
        return
    await _mark(run_id, state=RunState.running, started_at=clock.now(), failure="")
    currency = found.parameters["currency"]
    dates = report_dates(found.business_date, found.parameters["months"])
    points = []
    for step, on in enumerate(dates, start=1):
        async with database.patient(STEP_TIMEOUT):
            points.append(await queries.point(_asker(found), on, currency))
        await _mark(run_id, steps_done=step)
    result = msgspec.to_builtins(Delinquency(currency=currency, points=points))
    await _mark(run_id, state=RunState.done, result=result, finished_at=clock.now())


async def give_up(run_id: int, reason: str) -> None:
    await _mark(run_id, state=RunState.failed, failure=reason, finished_at=clock.now())


async def _mark(run_id: int, **columns: Any) -> None:
    await ReportRun.filter(id=run_id).update(**columns)


def _asker(found: ReportRun) -> Actor:
    """Counts in the row scope of whoever asked, as it was when he asked."""
    return Actor(
        kind=ActorKind.user,
        id=found.asked_by_id,
        name=found.asked_by,
        row_scope=RowScope(found.row_scope),
        team_id=found.team_id,
        branch_id=found.branch_id,
    )
