import re
from typing import Any

import httpx2
import pytest
from markupsafe import escape

from app import database as db
from app.operation.change_setting import ChangeSetting, change_setting
from app.permission import Role
from app.setting import LENDER_NAME, SETTINGS
from tests.factories import actor_of
from tests.views.client import PART, browsing
from views import operation_setting

pytestmark = pytest.mark.usefixtures("database")
ADMINISTRATOR, MANAGEMENT = actor_of(Role.administrator), actor_of(Role.management)
PATH = "/operation/setting"


async def asked(
    method: str, path: str = PATH, *, actor: Any = ADMINISTRATOR, language: str = "en", **more: Any
) -> httpx2.Response:
    async with browsing(operation_setting.routes, actor=actor, language=language) as client:
        return await client.request(method, path, **more)


def form(value: str, version: str = "0") -> dict[str, str]:
    return {"value": value, "version": version}


async def nothing_changed() -> bool:
    kept = await db.value("SELECT count(*) FROM business_setting")
    return bool(kept == 0 and await db.value("SELECT count(*) FROM audit_entry") == 0)


async def test_every_setting_has_its_field_label_and_hint() -> None:
    page = await asked("GET")
    assert page.status_code == 200
    for name, setting in SETTINGS.items():
        assert f'action="{PATH}/{name}"' in page.text
        assert escape(setting.label) in page.text
        assert f'aria-describedby="{name}-hint"' in page.text or "<select" in page.text
    assert page.text.count('<form class="setting"') == len(SETTINGS)
    assert 'value="3, 0"' in page.text
    assert 'value="23:30"' in page.text


async def test_who_only_reads_them_finds_no_button() -> None:
    page = await asked("GET", actor=MANAGEMENT)
    assert page.status_code == 200
    assert "An administrator changes them" in page.text
    for field in re.findall(r"<(?:input|select) class=\"input[^>]*>", page.text):
        assert "disabled" in field
    assert ">Save<" not in page.text
    refused = await asked("POST", f"{PATH}/lender.name", actor=MANAGEMENT, data=form("x"))
    assert refused.status_code == 403
    assert (await asked("GET", actor=actor_of(Role.collector))).status_code == 403
    assert await nothing_changed()


async def test_a_saved_value_is_shown_where_it_was_typed() -> None:
    part = await asked("POST", f"{PATH}/lender.name", data=form("Northwind"), headers=PART)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'value="Northwind"' in part.text
    assert 'name="version" value="1"' in part.text
    assert "Saved" in part.text
    assert await LENDER_NAME.get() == "Northwind"


async def test_without_a_script_it_leads_back_to_the_setting() -> None:
    answer = await asked("POST", f"{PATH}/lender.name", data=form("Northwind"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}#lender.name")


@pytest.mark.parametrize("headers", [{}, PART], ids=["page", "part"])
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Up to five rising numbers from 1 to 180."), ("zh-CN", "最多 5 个")],
)
async def test_what_does_not_fit_stays_in_its_field_with_what_would(
    headers: dict[str, str], language: str, said: str
) -> None:
    answer = await asked(
        "POST",
        f"{PATH}/reminder.days_past_due",
        data=form("7, 1"),
        headers=headers,
        language=language,
    )
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not bool(headers)
    assert 'value="7, 1"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert said in answer.text
    assert await nothing_changed()


async def test_somebody_who_was_quicker_is_not_overwritten() -> None:
    order = ChangeSetting(name="lender.name", text="Contoso", expected_version=0)
    await change_setting(ADMINISTRATOR, order)
    answer = await asked("POST", f"{PATH}/lender.name", data=form("Northwind"), headers=PART)
    assert answer.status_code == 409
    assert "This was changed meanwhile." in answer.text
    # The next try is about what stands now.
    assert 'name="version" value="1"' in answer.text
    assert await LENDER_NAME.get() == "Contoso"


@pytest.mark.parametrize("version", ["", "x", "-1", "１", "9" * 99])
async def test_a_form_that_was_tampered_with_is_out_of_date(version: str) -> None:
    answer = await asked("POST", f"{PATH}/lender.name", data=form("Northwind", version))
    assert answer.status_code == 409
    assert await nothing_changed()


@pytest.mark.parametrize("name", ["no.such", "林思远", "x" * 500])
async def test_a_setting_that_is_not_there(name: str) -> None:
    for headers in ({}, PART):
        answer = await asked("POST", f"{PATH}/{name}", data=form("x"), headers=headers)
        assert answer.status_code == 422
    assert await nothing_changed()


async def test_markup_in_a_value_is_text() -> None:
    await asked("POST", f"{PATH}/lender.name", data=form("<script>alert(1)</script>"))
    page = await asked("GET")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
