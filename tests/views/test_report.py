import re
from datetime import date
from io import BytesIO
from typing import Any

import httpx2
import pytest
from openpyxl import load_workbook

from app import database as db
from app.number import loan_number
from app.permission import Role, RowScope
from app.report import actions
from app.report.actions import RunDelinquency, run_delinquency
from app.report.models import ReportRun, RunState
from app.report.queries import LOANS_PER_PAGE
from tests.app.report.books import ON, make_held, make_portfolio
from tests.factories import actor_of, make_branch, set_business_date
from tests.views.client import PART, browsing
from views import report

pytestmark = pytest.mark.usefixtures("database")
OFFICER = actor_of(Role.risk_officer)
STRANGER = actor_of(Role.management, id=2)


async def asked(
    method: str, path: str, *, actor: Any = OFFICER, language: str = "en", **options: Any
) -> httpx2.Response:
    async with browsing(report.routes, actor=actor, language=language) as client:
        return await client.request(method, path, **options)


async def waiting(actor: Any = OFFICER, months: int = 2) -> int:
    return (await run_delinquency(actor, RunDelinquency(months=months))).result.run_id


@pytest.fixture
async def run_id() -> int:
    """A report over the portfolio, counted."""
    await make_portfolio()
    id = await waiting()
    await actions.count(id)
    return id


def text(response: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


async def test_the_library_offers_the_report_and_lists_ones_own(run_id: int) -> None:
    page = await asked("GET", "/report")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert f'href="/report/{run_id}"' in page.text
    assert "Ready" in page.text
    # Nothing is on its way, so nothing asks again.
    assert "every " not in page.text
    assert "No reports yet" in (await asked("GET", "/report", actor=STRANGER)).text


async def test_who_only_reads_reports_is_offered_none_to_run() -> None:
    page = await asked("GET", "/report")
    assert 'action="/report"' in page.text
    collector = actor_of(Role.collector)
    for method, path in (("GET", "/report"), ("POST", "/report"), ("GET", "/report/1")):
        assert (await asked(method, path, actor=collector)).status_code == 403
    assert await ReportRun.all().count() == 0


async def test_asking_leads_to_the_report_that_is_being_counted() -> None:
    await set_business_date(ON)
    sent = await asked("POST", "/report", data={"months": "6"})
    run = await ReportRun.get()
    assert (sent.status_code, sent.headers["location"]) == (303, f"/report/{run.id}")
    assert run.parameters["months"] == 6
    assert await db.value("SELECT topic FROM outbox") == "report.count"


@pytest.mark.parametrize("months", ["", "x", "0", "-1", "61", "６", "1e1", "9" * 400])
async def test_a_number_of_months_that_cannot_be_is_refused(months: str) -> None:
    refused = await asked("POST", "/report", data={"months": months})
    assert refused.status_code == 422
    assert "1 to 60" in refused.text
    assert await ReportRun.all().count() == 0


async def test_the_bar_asks_again_until_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_portfolio()
    id = await waiting()
    page = await asked("GET", f"/report/{id}")
    assert f'hx-get="/report/{id}" hx-trigger="every 1s"' in page.text
    assert "Waiting for a worker" in page.text

    await ReportRun.filter(id=id).update(state=RunState.running, steps_done=1)
    part = await asked("GET", f"/report/{id}", headers=PART)
    assert "<html" not in part.text
    assert "Counting, 1 of 3" in part.text
    assert "Counting, 1 of 3" in (await asked("GET", "/report", headers=PART)).text

    await actions.count(id)
    full = await asked("GET", f"/report/{id}", headers=PART)
    assert (full.text, full.headers["hx-refresh"]) == ("", "true")


async def test_a_report_that_failed_says_what_to_do_next() -> None:
    await set_business_date(ON)
    id = await waiting()
    await actions.give_up(id, "RuntimeError")
    page = await asked("GET", f"/report/{id}")
    assert "could not be counted" in page.text
    assert f"the number {id}" in page.text
    assert "RuntimeError" not in page.text
    assert "every " not in page.text
    assert "Failed" in (await asked("GET", "/report")).text


async def test_a_report_shows_its_figures_chart_and_meaning(run_id: int) -> None:
    page = await asked("GET", f"/report/{run_id}")
    shown = text(page)
    assert page.status_code == 200
    for figure in ("64.29%", "27.38%", "¥19.2K", "of 10 open loans"):
        assert figure in shown
    assert "Outstanding principal of overdue loans ÷ outstanding principal (PAR)." in shown
    assert '<script type="application/json" id="overdue">' in page.text
    assert f'href="/report/{run_id}/delinquency.xlsx"' in page.text


@pytest.mark.parametrize(
    ("basis", "rate"),
    [("count", "80.00%"), ("balance", "64.29%"), ("overdue", "22.86%"), ("nonsense", "64.29%")],
)
async def test_each_basis_has_its_rates(run_id: int, basis: str, rate: str) -> None:
    page = await asked("GET", f"/report/{run_id}?basis={basis}")
    assert page.status_code == 200
    assert rate in text(page)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Overdue rate", "As of"]), ("zh-CN", ["逾期率", "按剩余本金"])]
)
async def test_it_speaks_the_readers_language(run_id: int, language: str, words: list[str]) -> None:
    shown = text(await asked("GET", f"/report/{run_id}", language=language))
    for word in words:
        assert word in shown


async def test_a_number_leads_to_its_loans(run_id: int) -> None:
    path = f"/report/{run_id}/loans?on={ON}&bucket=7"
    assert path.replace("&", "&amp;") in (await asked("GET", f"/report/{run_id}")).text
    page, part = await asked("GET", path), await asked("GET", path, headers=PART)
    assert "<html" in page.text
    assert "<html" not in part.text
    loans = await db.rows("SELECT id, customer_id FROM loan ORDER BY id DESC LIMIT 3")
    for loan in loans:
        assert loan_number(loan["id"]) in part.text
        assert f'href="/customer/{loan["customer_id"]}/loan/{loan["id"]}"' in part.text
    assert "¥4,200.00" in part.text
    assert "Show more" not in part.text
    empty = await asked("GET", f"/report/{run_id}/loans?on={ON}&bucket=5", headers=PART)
    assert "No loans" in empty.text


async def test_more_loans_than_a_page_holds_come_one_page_after_the_other() -> None:
    await set_business_date(ON)
    for _ in range(LOANS_PER_PAGE + 1):
        await make_held(5, 100, 10)
    id = await waiting(months=1)
    await actions.count(id)
    first = await asked("GET", f"/report/{id}/loans?on={ON}&bucket=1", headers=PART)
    more = re.search(r'hx-get="([^"]+after_id=\d+)"', first.text)
    assert more is not None
    second = await asked("GET", more[1].replace("&amp;", "&"), headers=PART)
    assert first.text.count("/loan/") == LOANS_PER_PAGE
    assert second.text.count("/loan/") == 1
    assert "Show more" not in second.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "on=2026-03-31",
        "on=2026-03-30&bucket=1",
        "on=x&bucket=1",
        "on=2026-03-31&bucket=x",
        "on=2026-03-31&bucket=-1",
        f"on=2026-03-31&bucket={'9' * 30}",
        "on=2026-03-31&bucket=1&after_overdue=x&after_id=1",
        "on=2026-03-31&bucket=1&after_overdue=1",
    ],
)
async def test_an_address_made_up_leads_nowhere(run_id: int, query: str) -> None:
    assert (await asked("GET", f"/report/{run_id}/loans?{query}")).status_code == 404


async def test_somebody_elses_report_is_not_there(run_id: int) -> None:
    for path in ("", f"/loans?on={ON}&bucket=7", "/delinquency.xlsx"):
        answer = await asked("GET", f"/report/{run_id}{path}", actor=STRANGER)
        assert answer.status_code == 404
        assert "84,000" not in answer.text
    assert (await asked("GET", "/report/999999999999")).status_code == 404


async def test_a_lead_counts_his_branch_and_opens_no_other() -> None:
    await set_business_date(ON)
    east, west = await make_branch(), await make_branch("west", "West branch")
    await make_held(5, 100_00, 10_00, branch_id=east)
    foreign = await make_held(5, 9_000_00, 900_00, branch_id=west)
    lead = actor_of(Role.lead, row_scope=RowScope.branch, branch_id=east)
    id = await waiting(lead, months=1)
    await actions.count(id)
    shown = text(await asked("GET", f"/report/{id}", actor=lead))
    assert "of 1 open loans" in shown
    assert "¥900" not in shown
    behind = await asked("GET", f"/report/{id}/loans?on={ON}&bucket=1", actor=lead)
    assert loan_number(foreign.loan_id) not in behind.text
    # Who was moved to another branch sees that one's loans behind his old numbers, never both.
    moved = actor_of(Role.lead, row_scope=RowScope.branch, branch_id=west)
    behind = await asked("GET", f"/report/{id}/loans?on={ON}&bucket=1", actor=moved)
    assert behind.text.count("/loan/") == 1


@pytest.mark.parametrize(("language", "sheet"), [("en", "By number of loans"), ("zh-CN", "按笔数")])
async def test_it_can_be_taken_along(run_id: int, language: str, sheet: str) -> None:
    answer = await asked("GET", f"/report/{run_id}/delinquency.xlsx", language=language)
    assert answer.headers["content-type"] == report.XLSX
    assert answer.headers["content-disposition"] == (
        'attachment; filename="delinquency-2026-03-31.xlsx"'
    )
    assert answer.headers["cache-control"] == "no-store"
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames[0] == sheet
    assert [cell.value for cell in book.worksheets[0]["A"][1:4]] == [
        *(_day(on) for on in (date(2026, 1, 31), date(2026, 2, 28), ON))
    ]
    assert book.worksheets[0]["B4"].value == 0.2


async def test_before_it_is_counted_there_is_nothing_to_take() -> None:
    await set_business_date(ON)
    id = await waiting()
    for path in ("delinquency.xlsx", f"loans?on={ON}&bucket=1"):
        assert (await asked("GET", f"/report/{id}/{path}")).status_code == 409


async def test_a_book_without_loans_has_a_report_too() -> None:
    await set_business_date(ON)
    id = await waiting(months=1)
    await actions.count(id)
    page = await asked("GET", f"/report/{id}")
    assert page.status_code == 200
    assert "Nothing was overdue" in page.text
    assert "0.00%" not in text(page)


def _day(on: date) -> Any:
    from datetime import datetime

    return datetime(on.year, on.month, on.day)  # noqa: DTZ001 - a spreadsheet's day has no zone
