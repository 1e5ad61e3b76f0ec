from typing import Any

import httpx2
import pytest

from app.asgi import routes
from app.permission import Role
from tests.views.client import browsing, someone
from views import home

pytestmark = pytest.mark.usefixtures("database")
ROUTES = routes()


async def start(*roles: Role) -> httpx2.Response:
    async with browsing(ROUTES, actor=someone(*roles)) as client:
        return await client.get("/")


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.collector, "/collection/board"),
        (Role.lead, "/collection/board"),
        (Role.credit_manager, "/customer"),
        (Role.service, "/customer"),
        (Role.risk_officer, "/report"),
        (Role.management, "/report"),
        (Role.administrator, "/operation/day"),
    ],
)
async def test_everybody_begins_where_his_day_does(role: Role, path: str) -> None:
    page = await start(role)
    assert (page.status_code, page.headers["location"]) == (303, path)


def test_no_role_is_forgotten() -> None:
    assert set(home.STARTS) == set(Role)


async def test_of_several_roles_the_first_one_decides() -> None:
    page = await start(Role.administrator, Role.collector)
    assert page.headers["location"] == "/collection/board"


async def test_without_a_role_there_are_ones_own_settings() -> None:
    assert (await start()).headers["location"] == "/setting"


@pytest.mark.parametrize(
    "query", ["?next=//evil.example", "?next=https://evil.example", "?/\\evil"]
)
async def test_nothing_in_the_address_leads_elsewhere(query: str) -> None:
    async with browsing(ROUTES, actor=someone(Role.collector)) as client:
        page = await client.get(f"/{query}", headers={"Host": "evil.example"})
    assert page.headers["location"] == "/collection/board"


async def test_strangers_are_asked_to_sign_in() -> None:
    async with browsing(ROUTES) as client:
        page: Any = await client.get("/")
    assert (page.status_code, page.headers["location"]) == (303, "/signin")
