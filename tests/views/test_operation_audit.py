import re
from typing import Any

import httpx2
import pytest

from app.number import ID_MAX, customer_number, loan_number
from app.operation import audit_log
from app.operation.audit_check import check_audit
from app.permission import Role
from tests.app.operation.test_audit import record
from tests.app.operation.test_audit_check import forge
from tests.factories import actor_of
from tests.views.client import PART, browsing
from views import operation_audit

pytestmark = pytest.mark.usefixtures("database")
OFFICER = actor_of(Role.risk_officer)
PATH = "/operation/audit"
ADA = "user:1:Ada Lovelace"


async def asked(
    query: str = "", *, actor: Any = OFFICER, language: str = "en", **more: Any
) -> httpx2.Response:
    async with browsing(operation_audit.routes, actor=actor, language=language) as client:
        return await client.get(f"{PATH}{query}", **more)


def text(response: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def sentences(response: httpx2.Response) -> list[str]:
    return re.findall(r'list-text"><b>([^<]+)</b>', response.text)


async def a_log() -> None:
    order = {"customer_id": 5, "loan_id": 9, "amount_minor": 101_000, "currency": "CNY"}
    await record(5, actor=OFFICER, order={**order, "channel": "counter"})
    await record(6, actor=OFFICER, verb="case.move", order={"stage": "promised"})
    await record(verb="day.start_close", order={"to_date": "2026-03-16"})


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "tests started the close of the day",
                "Ada Lovelace moved a case",
                "Ada Lovelace posted a payment",
            ],
        ),
        (
            "zh-CN",
            ["tests 启动了日终", "Ada Lovelace 移动了一个案件", "Ada Lovelace 登记了一笔还款"],
        ),
    ],
)
async def test_entries_are_sentences_newest_first(language: str, expected: list[str]) -> None:
    await a_log()
    page = await asked(language=language)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert sentences(page) == expected


async def test_an_entry_opens_to_its_values() -> None:
    await a_log()
    shown = text(await asked())
    for value in (
        f"Loan {loan_number(9)}",
        "Amount ¥1,010.00",
        "Channel At the counter",
        "To column Promise to pay",
        "To date 16 Mar 2026",
        "Chain 5, entry 1",
    ):
        assert value in shown


async def test_a_borrower_is_a_link_for_who_may_open_him() -> None:
    await a_log()
    link = f'<a class="link" href="/customer/5">{customer_number(5)}</a>'
    assert link in (await asked()).text
    administrator = await asked(actor=actor_of(Role.administrator))
    assert 'href="/customer/5' not in administrator.text
    assert customer_number(5) in administrator.text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?verb=payment.post", 1),
        (f"?actor={ADA}", 2),
        (f"?customer={customer_number(5)}", 1),
        (f"?customer={customer_number(5).lower()}&verb=case.move", 0),
        ("?from=2026-03-15&until=2026-03-15", 3),
        ("?from=2026-03-16", 0),
        ("?verb=&actor=&customer=&from=&until=", 3),
        ("?verb=no.such", 0),
    ],
)
async def test_filters_narrow_and_stay_in_their_fields(query: str, count: int) -> None:
    await a_log()
    page = await asked(query)
    assert page.status_code == 200
    assert len(sentences(page)) == count
    assert ("No entries" in page.text) is (count == 0)
    if "verb=payment.post" in query:
        assert '<option value="payment.post" selected>' in page.text
    if "actor=" in query and ADA in query:
        assert f'<option value="{ADA}" selected>' in page.text
    assert "Clear filters" in page.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?customer=x", "“x” is no customer number."),
        (f"?customer={loan_number(5)}", "is no customer number."),
        ("?customer=K000000501", "check digits do not fit"),
        ("?customer=<b>", "“&lt;b&gt;” is no customer number."),
        ("?from=yesterday", "“yesterday” is no day."),
        ("?until=2026-02-30", "“2026-02-30” is no day."),
        ("?from=0001-01-01", "is no day."),
        ("?until=9999-12-31", "is no day."),
        ("?until=20260315", ""),
    ],
)
async def test_what_cannot_be_looked_for_is_said(query: str, said: str) -> None:
    await a_log()
    page = await asked(query)
    assert page.status_code == (422 if said else 200)
    assert said in page.text
    if said:
        assert sentences(page) == []


async def test_more_comes_where_the_button_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "ENTRIES_PER_PAGE", 2)
    monkeypatch.setattr(operation_audit, "ENTRIES_PER_PAGE", 2)
    await a_log()
    first = await asked(f"?from=2026-03-01&actor={ADA}&verb=")
    assert "Show more" not in first.text
    first = await asked("?from=2026-03-01")
    more = re.search(r'hx-get="(/operation/audit\?from=2026-03-01&amp;before=\d+)"', first.text)
    assert more is not None
    query = more[1].removeprefix(PATH).replace("&amp;", "&")
    part = await asked(query, headers=PART)
    assert "<html" not in part.text
    assert [*sentences(first), *sentences(part)] == sentences(await asked_all(monkeypatch))
    # Without a script the same address is a page.
    assert "<html" in (await asked(query)).text


async def asked_all(monkeypatch: pytest.MonkeyPatch) -> httpx2.Response:
    monkeypatch.setattr(audit_log, "ENTRIES_PER_PAGE", 50)
    monkeypatch.setattr(operation_audit, "ENTRIES_PER_PAGE", 50)
    return await asked()


@pytest.mark.parametrize("before", ["x", "-1", "0", str(ID_MAX), str(ID_MAX + 1), "9" * 400, "１"])
async def test_an_entry_that_never_was_has_none_before_it(before: str) -> None:
    await a_log()
    page = await asked(f"?before={before}")
    assert page.status_code == 200
    assert sentences(page) == []


async def test_the_state_of_the_log_stands_above() -> None:
    await a_log()
    assert "Not verified yet" in (await asked()).text
    await check_audit()
    page = await asked()
    assert "Whole" in page.text
    assert "just now" in page.text
    await forge(await record(5))
    await check_audit()
    broken = await asked()
    assert "Somebody has changed the log behind our back." in broken.text
    assert "Chain 5: entry 2 " in broken.text
    assert "第" in text(await asked(language="zh-CN"))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.risk_officer, Role.administrator}))
async def test_others_may_not_open_it(role: Role) -> None:
    await a_log()
    page = await asked(actor=actor_of(role))
    assert page.status_code == 403
    assert "posted a payment" not in page.text


async def test_an_empty_log_says_so() -> None:
    page = await asked()
    assert page.status_code == 200
    assert "No entries" in page.text
    assert "Clear filters" not in page.text
