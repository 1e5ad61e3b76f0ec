from datetime import timedelta

import httpx2
import pytest

from app import clock, database
from app.permission import Role
from tests.app.web.site import COOKIE, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def test_the_cookie_says_who_asks(tab: httpx2.AsyncClient) -> None:
    await signed_in(tab, Role.lead)
    assert (await tab.get("/who")).json()["roles"] == ["lead"]


@pytest.mark.parametrize("word", ["", "guessed", "x" * 5000, "a b", "é"])
async def test_another_word_says_nothing(word: str, tab: httpx2.AsyncClient) -> None:
    response = await tab.get("/who", headers={b"Cookie": f"{COOKIE}={word}".encode()})
    assert response.headers["location"] == "/signin?next=/who"


async def test_a_part_of_a_page_is_not_replaced_by_the_sign_in(tab: httpx2.AsyncClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1:8000/collection/board"}
    response = await tab.get("/who", headers=headers)
    assert response.status_code == 401
    assert response.headers["hx-redirect"] == "/signin?next=/collection/board"


async def test_a_request_keeps_the_session_awake(tab: httpx2.AsyncClient) -> None:
    await signed_in(tab, Role.lead)
    for hours in (1.5, 3, 4.5):
        with clock.frozen_at(clock.now() + timedelta(hours=hours)):
            assert (await tab.get("/who")).status_code == 200
    with clock.frozen_at(clock.now() + timedelta(hours=7)):
        assert (await tab.get("/who")).status_code == 303


async def test_most_requests_write_nothing(tab: httpx2.AsyncClient) -> None:
    await signed_in(tab, Role.lead)
    before = await database.value("SELECT xmin::text FROM session")
    for _ in range(5):
        await tab.get("/who")
    assert await database.value("SELECT xmin::text FROM session") == before
