import re
from datetime import date
from typing import Any

import httpx2
import pytest

from app import database as db
from app.actor import Actor
from app.number import loan_number
from app.operation.close.actions import start_close
from app.operation.close.order import StartClose
from app.operation.close.run import close_until
from app.permission import Role
from tests.factories import LoanKey, actor_of, make_loan, set_business_date
from tests.views.client import PART, browsing
from views import operation_day as pages

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.tampers]

ADMINISTRATOR, MANAGEMENT = actor_of(Role.administrator), actor_of(Role.management)
TODAY, TOMORROW = date(2026, 3, 15), date(2026, 3, 16)
CLOSER = Actor.system("test")


async def asked(
    method: str, path: str = "", *, actor: Any = ADMINISTRATOR, language: str = "en", **options: Any
) -> httpx2.Response:
    async with browsing(pages.routes, actor=actor, language=language) as client:
        return await client.request(method, f"/operation/day{path}", **options)


def text(response: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


async def loan_set_aside() -> LoanKey:
    await set_business_date(TODAY)
    loan = await make_loan([(TODAY, 100_00, 0), (TOMORROW, 100_00, 0)])
    await db.execute("DELETE FROM instalment WHERE loan_id = $1 AND number = 2", loan.loan_id)
    await close_until(CLOSER, TOMORROW)
    return loan


async def test_page_says_which_day_it_is_and_when_it_ends() -> None:
    await set_business_date(TODAY)
    page = await asked("GET")
    shown = text(page)
    for expected in ("15 Mar 2026", "Not running", "by hand", "Nothing was set aside",
                     "No job waits", "No day has been closed yet"):  # fmt: skip
        assert expected in shown, expected
    assert "every 1s" not in page.text
    assert 'value="2026-03-16"' in page.text


async def test_who_may_only_look_finds_nothing_to_press() -> None:
    loan = await loan_set_aside()
    page = await asked("GET", actor=MANAGEMENT)
    assert page.status_code == 200
    assert loan_number(loan.loan_id) in page.text
    assert "/operation/day/close" not in page.text
    assert "/release" not in page.text


@pytest.mark.parametrize("role", [Role.collector, Role.service, Role.lead])
async def test_who_has_nothing_to_do_with_it_is_refused(role: Role) -> None:
    assert (await asked("GET", actor=actor_of(role))).status_code == 403


async def test_press_asks_a_worker_and_leads_back_to_the_page() -> None:
    await set_business_date(TODAY)
    answer = await asked("POST", "/close", data={"to_date": "2026-03-16"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/operation/day")
    assert await db.value("SELECT payload::text FROM outbox") == '{"to_date": "2026-03-16"}'
    page = await asked("GET")
    assert "Closing to 16 Mar 2026: 0 of 1 parts are done" in text(page)
    assert 'hx-trigger="every 1s"' in page.text
    # The button is gone while it runs.
    assert "/operation/day/close" not in page.text


@pytest.mark.parametrize("to_date", ["2026-03-15", "2026-03-17", "", "tomorrow", "2026-02-30"])
async def test_second_press_or_another_date_starts_nothing(to_date: str) -> None:
    await set_business_date(TODAY)
    answer = await asked("POST", "/close", data={"to_date": to_date})
    assert answer.status_code == 409
    assert "leads to the day after" in text(answer)
    assert await db.value("SELECT count(*) FROM day_close") == 0


async def test_who_may_not_close_starts_nothing() -> None:
    await set_business_date(TODAY)
    answer = await asked("POST", "/close", actor=MANAGEMENT, data={"to_date": "2026-03-16"})
    assert answer.status_code == 403
    assert await db.value("SELECT count(*) FROM day_close") == 0


async def test_part_that_moves_is_drawn_alone() -> None:
    await set_business_date(TODAY)
    await start_close(CLOSER, StartClose(to_date=TOMORROW))
    part = await asked("GET", headers=PART)
    assert part.text.lstrip().startswith('<div class="grid" id="day"')
    assert part.text.count('<i class="shard') == 1


async def test_finished_close_is_listed_with_what_it_did() -> None:
    await set_business_date(TODAY)
    await make_loan([(TODAY, 100_00, 0)])
    await close_until(CLOSER, TOMORROW)
    page = await asked("GET")
    row = page.text.split("<tbody>")[-1]
    cells = re.findall(r'<td class="number">([^<]*)</td>', row)
    assert cells[1:] == ["1", "1", "1"]
    # The reminder that was planned waits for its worker.
    assert "monitoring.send_reminder" in page.text


async def test_loan_in_quarantine_says_why_in_both_languages() -> None:
    loan = await loan_set_aside()
    shown = text(await asked("GET"))
    assert loan_number(loan.loan_id) in shown
    assert "The schedule has 1 instalments, the terms say 2." in shown
    assert "The schedule has" not in text(await asked("GET", language="zh"))


async def test_loan_can_be_tried_again() -> None:
    loan = await loan_set_aside()
    path = f"/loan/{loan.customer_id}-{loan.loan_id}/release"
    answer = await asked("POST", path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operation/day")
    assert await db.value("SELECT count(*) FROM quarantine WHERE released_at IS NULL") == 0
    assert "Nothing was set aside" in text(await asked("GET"))
    # A second press finds nothing to release.
    assert (await asked("POST", path)).status_code == 404


async def test_loan_that_is_still_broken_says_so() -> None:
    loan = await loan_set_aside()
    await db.execute("UPDATE loan SET instalment_count = 3 WHERE id = $1", loan.loan_id)
    answer = await asked("POST", f"/loan/{loan.customer_id}-{loan.loan_id}/release")
    assert answer.status_code == 409
    assert "still cannot be closed" in text(answer)
    assert await db.value("SELECT count(*) FROM quarantine WHERE released_at IS NULL") == 1


async def test_jobs_are_counted_by_how_they_stand() -> None:
    await set_business_date(TODAY)
    await db.execute(
        "INSERT INTO outbox (topic, payload, created_at, hand_at, attempts, failure, done_at)"
        " SELECT 'report.count', '{}', now(), hand_at::timestamptz, 1, failure, done_at"
        " FROM (VALUES ('2026-01-01', '', NULL), ('2026-01-01', 'X', NULL),"
        " ('infinity', 'X', NULL), ('infinity', 'X', NULL), ('2026-01-01', '', now()))"
        " AS row (hand_at, failure, done_at)"
    )
    page = await asked("GET")
    row = re.search(r"<tr><th scope=\"row\"><code>report.count.*?</tr>", page.text, re.DOTALL)
    assert row is not None
    assert re.findall(r">(\d+)<", row[0]) == ["1", "1", "2"]
