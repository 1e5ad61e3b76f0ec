"""Reports: asking for one, watching it being counted, reading it, taking it along."""

import asyncio
from datetime import date

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.i18n import current_language, speaking
from app.i18n import gettext as _
from app.permission import Permission
from app.report import queries
from app.report.actions import RunDelinquency, run_delinquency
from app.report.delinquency import Basis, Delinquency
from app.report.errors import MonthsOutOfRange, ReportNotFound
from app.report.models import ReportRun, RunState
from app.report.workbook import BASIS_MEANINGS, BASIS_NAMES, workbook
from views.page import page
from views.rendering import is_fragment, render
from views.report_chart import chart_of, summary_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS_CHOICES = (6, 12, 24, 36)


async def library(request: Request) -> Response:
    runs = await queries.runs(request.state.actor)
    may_run = request.state.actor.may(Permission.REPORT_RUN)
    template = "report/_runs.html" if is_fragment(request) else "report/library.html"
    return render(request, template, runs=runs, may_run=may_run, months_choices=MONTHS_CHOICES)


async def ask(request: Request) -> Response:
    form = await request.form()
    months = str(form.get("months", "12"))
    if not months.isascii() or not months.isdecimal():
        raise MonthsOutOfRange
    outcome = await run_delinquency(request.state.actor, RunDelinquency(months=int(months[:4])))
    return RedirectResponse(f"/report/{outcome.result.run_id}", 303)


async def show(request: Request) -> Response:
    """The report; while it is being counted, its progress, which asks again by itself."""
    run = await _run(request)
    if run.state is not RunState.done:
        template = "report/_progress.html" if is_fragment(request) else "report/progress.html"
        return render(request, template, run=run)
    if is_fragment(request):
        # The progress bar is full: the page behind it is the report.
        return Response(headers={"HX-Refresh": "true"})
    report, basis = queries.figures(run), _basis(request.query_params)
    return render(
        request,
        "report/delinquency.html",
        run=run,
        report=report,
        basis=basis,
        bases=[(f"?basis={b}", _(BASIS_NAMES[b]), b is basis) for b in Basis],
        meaning=BASIS_MEANINGS[basis],
        chart=chart_of(report, basis, drill=f"/report/{run.id}/loans"),
        summary=summary_of(report, basis),
    )


async def loans(request: Request) -> Response:
    """The loans behind one number of the report."""
    run = await _run(request)
    report, query = queries.figures(run), request.query_params
    on, bucket, after = _point(report, query), _number(query, "bucket"), _after(query)
    found = await queries.late_loans(request.state.actor, on, report.currency, bucket, after=after)
    template = "report/_loans.html" if is_fragment(request) else "report/loans.html"
    return render(
        request,
        template,
        run=run,
        on=on,
        bucket=bucket,
        loans=found[: queries.LOANS_PER_PAGE],
        has_more=len(found) > queries.LOANS_PER_PAGE,
        is_first=after is None,
    )


async def download(request: Request) -> Response:
    run = await _run(request)
    report, language = queries.figures(run), current_language()

    def drawn() -> bytes:
        with speaking(language):
            return workbook(report)

    # A spreadsheet takes longer than a page may keep the others waiting.
    content = await asyncio.to_thread(drawn)
    name = f"delinquency-{run.business_date.isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


async def _run(request: Request) -> ReportRun:
    return await queries.run(request.state.actor, request.path_params["run_id"])


def _basis(query: QueryParams) -> Basis:
    wanted = query.get("basis", "")
    return Basis(wanted) if wanted in set(Basis) else Basis.balance


def _point(report: Delinquency, query: QueryParams) -> date:
    """Only a date of the report: the figures were counted on these."""
    for point in report.points:
        if point.on.isoformat() == query.get("on"):
            return point.on
    raise ReportNotFound


def _number(query: QueryParams, name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ReportNotFound
    return int(text)


def _after(query: QueryParams) -> tuple[int, int] | None:
    if "after_overdue" not in query:
        return None
    return _number(query, "after_overdue"), _number(query, "after_id")


routes: list[Route] = [
    page("/report", library, permission=Permission.REPORT_READ),
    page("/report", ask, permission=Permission.REPORT_RUN, methods=("POST",)),
    page("/report/{run_id:int}", show, permission=Permission.REPORT_READ),
    page("/report/{run_id:int}/loans", loans, permission=Permission.REPORT_READ),
    page("/report/{run_id:int}/delinquency.xlsx", download, permission=Permission.REPORT_READ),
]
