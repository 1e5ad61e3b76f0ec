import re
from datetime import date
from typing import Any

import httpx2
import msgspec
import pytest

from app import database as db
from app.customer import actions
from app.number import ID_MAX, customer_number, loan_number
from app.permission import Role
from app.personal import seal
from tests.factories import LoanKey, actor_of, make_customer, make_loan, set_business_date
from tests.views.client import PART, browsing
from views import customer, customer_reveal

pytestmark = pytest.mark.usefixtures("database", "redis")

ROUTES = [*customer.routes, *customer_reveal.routes]
SERVICE, OFFICER = actor_of(Role.service), actor_of(Role.risk_officer)
ID_NUMBER = "33010619900101093X"


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    customer_id = await make_customer("林思远", phone="13812341234", id_number=ID_NUMBER)
    schedule = [(date(2026, 1, 31), 100_000, 0), (date(2026, 3, 31), 50_000, 0)]
    return await make_loan(schedule, customer_id=customer_id, source_number="PL-1")


async def asked(
    method: str, path: str, *, actor: Any = SERVICE, language: str = "en", **options: Any
) -> httpx2.Response:
    async with browsing(ROUTES, actor=actor, language=language) as client:
        return await client.request(method, path, **options)


def text(response: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


async def make_party(customer_id: int) -> int:
    id = int(await db.value("SELECT nextval('related_party_id_seq')"))
    await db.execute(
        "INSERT INTO related_party (id, customer_id, role, relation, name, phone, source_key,"
        " extra) VALUES ($1, $2, 'guarantor', 'spouse', $3, $4, '', '{}')",
        id, customer_id, seal("王芳", "related_party", "name", id),
        seal("13700001111", "related_party", "phone", id),
    )  # fmt: skip
    return id


async def test_the_look_up_page_waits_for_a_search(loan: LoanKey) -> None:
    page = await asked("GET", "/customer")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert 'hx-post="/customer"' in page.text
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_hits_are_drawn_for_htmx_and_as_a_page(loan: LoanKey, language: str) -> None:
    part = await asked("POST", "/customer", data={"q": "1234"}, headers=PART, language=language)
    page = await asked("POST", "/customer", data={"q": "1234"}, language=language)
    assert (part.status_code, page.status_code) == (200, 200)
    assert "<html" not in part.text
    assert "<html" in page.text
    for answer in (part, page):
        assert f'href="/customer/{loan.customer_id}"' in answer.text
        assert "138****<mark>1234</mark>" in answer.text
        assert "13812341234" not in answer.text
        assert loan_number(loan.loan_id) in answer.text


async def test_the_mistyped_number_is_named(loan: LoanKey) -> None:
    number = loan_number(loan.loan_id)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    answer = await asked("POST", "/customer", data={"q": wrong}, headers=PART)
    assert f"{wrong} is not a number of ours: its check digits do not fit." in text(answer)


async def test_the_palette_finds_borrowers_pages_and_whom_one_opened(loan: LoanKey) -> None:
    hits = await asked("POST", "/search", data={"q": "lsy"}, headers=PART)
    assert re.findall(r'role="option"[^>]*href="([^"]+)"', hits.text) == [
        f"/customer/{loan.customer_id}"
    ]
    assert "138****1234" in hits.text
    pages = await asked("POST", "/search", data={"q": "> look"}, headers=PART)
    assert re.findall(r'role="option"[^>]*href="([^"]+)"', pages.text) == ["/customer"]
    assert 'role="option"' not in (await asked("POST", "/search", data={}, headers=PART)).text
    await asked("GET", f"/customer/{loan.customer_id}")
    recent = await asked("POST", "/search", data={"q": ""}, headers=PART)
    assert re.findall(r'role="option"[^>]*href="([^"]+)"', recent.text) == [
        f"/customer/{loan.customer_id}"
    ]


async def test_without_script_the_palette_is_the_look_up_page(loan: LoanKey) -> None:
    page = await asked("POST", "/search", data={"q": "lsy"})
    assert f'href="/customer/{loan.customer_id}" data-hit' in page.text


async def test_too_many_searches_are_told_where_the_hits_would_be(
    loan: LoanKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LOOK_UPS_PER_MINUTE_MAX", 0)
    answer = await asked("POST", "/customer", data={"q": "lsy"}, headers=PART)
    assert "You searched very often in a short time." in text(answer)
    assert f"/customer/{loan.customer_id}" not in answer.text


async def test_nothing_typed_by_a_stranger_is_drawn_as_markup(loan: LoanKey) -> None:
    answer = await asked("POST", "/customer", data={"q": "<b>林思</b>"})
    assert "<b>林思</b>" not in answer.text
    assert "&lt;b&gt;林思&lt;/b&gt;" in answer.text


async def test_the_customer_with_loans_and_masked_data(loan: LoanKey) -> None:
    await make_party(loan.customer_id)
    page = await asked("GET", f"/customer/{loan.customer_id}")
    shown = text(page)
    assert page.headers["cache-control"] == "no-store"
    for expected in (
        "林思远",
        customer_number(loan.customer_id),
        "138****1234",
        "**************093X",
        loan_number(loan.loan_id),
        "¥1,000.00",
        "43 d late",
        "0 of 2 paid",
        "王芳",
        "Guarantor · Spouse",
        "137****1111",
    ):
        assert expected in shown, expected
    assert "13812341234" not in page.text
    assert ID_NUMBER not in page.text


async def test_who_only_looks_at_the_book_sees_no_name_and_no_eye(loan: LoanKey) -> None:
    page = await asked("GET", f"/customer/{loan.customer_id}", actor=OFFICER)
    assert "林**" in page.text
    assert "林思远" not in page.text
    assert "/reveal" not in page.text


@pytest.mark.parametrize("id", [1, ID_MAX, ID_MAX + 1, 10**30])
async def test_a_borrower_who_is_not_there(id: int) -> None:
    await set_business_date()
    assert (await asked("GET", f"/customer/{id}")).status_code == 404


async def test_the_look_up_needs_its_permission() -> None:
    nobody = actor_of(Role.administrator)
    for method, path in [
        ("GET", "/customer"),
        ("POST", "/customer"),
        ("POST", "/search"),
        ("GET", "/customer/1"),
    ]:
        assert (await asked(method, path, actor=nobody)).status_code == 403


async def test_revealed_for_a_minute_then_masked_again(loan: LoanKey) -> None:
    url = f"/customer/{loan.customer_id}/field/phone"
    form = await asked("GET", f"{url}/reveal", headers=PART)
    assert "13812341234" not in form.text
    assert re.findall(r'name="reason" value="(\w+)"', form.text) == [
        "customer_calls", "calling_back", "writing", "identity_check", "complaint",
    ]  # fmt: skip

    shown = await asked("POST", f"{url}/reveal", data={"reason": "calling_back"}, headers=PART)

    assert shown.headers["cache-control"] == "no-store"
    assert "13812341234" in shown.text
    assert f'hx-get="{url}" hx-trigger="load delay:60s"' in shown.text
    (entry,) = await db.rows("SELECT verb, customer_id, body FROM audit_entry")
    assert (entry["verb"], entry["customer_id"]) == ("customer.reveal", loan.customer_id)
    assert msgspec.json.decode(entry["body"])["order"]["reason"] == "calling_back"
    again = await asked("GET", url, headers=PART)
    assert "138****1234" in again.text
    assert "13812341234" not in again.text


async def test_related_person_is_revealed_too(loan: LoanKey) -> None:
    party_id = await make_party(loan.customer_id)
    url = f"/customer/{loan.customer_id}/related/{party_id}/field/phone"
    shown = await asked("POST", f"{url}/reveal", data={"reason": "complaint"}, headers=PART)
    assert "13700001111" in shown.text
    assert "137****1111" in (await asked("GET", url, headers=PART)).text


@pytest.mark.parametrize(
    ("column", "reason", "status"),
    [
        ("phone", "", 422),
        ("phone", "because", 422),
        ("address", "complaint", 422),
        ("extra", "complaint", 404),
    ],
)
async def test_refused_reveals_leave_no_trace(
    loan: LoanKey, column: str, reason: str, status: int
) -> None:
    url = f"/customer/{loan.customer_id}/field/{column}/reveal"
    answer = await asked("POST", url, data={"reason": reason}, headers=PART)
    assert answer.status_code == status
    assert "13812341234" not in answer.text
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


async def test_too_many_reveals_are_refused(loan: LoanKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "REVEALS_PER_HOUR_MAX", 1)
    url = f"/customer/{loan.customer_id}/field/phone/reveal"
    answers = [
        (await asked("POST", url, data={"reason": "complaint"}, headers=PART)).status_code
        for _ in range(2)
    ]
    assert answers == [200, 429]
    assert await db.value("SELECT count(*) FROM audit_entry") == 1


async def test_reveal_needs_its_permission(loan: LoanKey) -> None:
    url = f"/customer/{loan.customer_id}/field/phone/reveal"
    answer = await asked("POST", url, data={"reason": "complaint"}, actor=OFFICER)
    assert answer.status_code == 403
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


@pytest.mark.parametrize("before", ["", "x", "-1", str(10**40), "١"])
async def test_contacts_before_nothing(loan: LoanKey, before: str) -> None:
    url = f"/customer/{loan.customer_id}/contact?before={before}"
    assert (await asked("GET", url, headers=PART)).status_code == 404
