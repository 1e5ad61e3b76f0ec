from datetime import timedelta

import httpx2
import pytest

from app import clock, database
from app.errors import Unavailable
from app.identity.queries import live_session
from app.permission import Role
from app.web.session_loading import is_unchanged
from tests.app.identity.people import session_of, somebody
from tests.app.web.site import COOKIE, signed_in, token_hash

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


async def test_a_page_that_only_listens_does_not_keep_the_session_awake(
    tab: httpx2.AsyncClient,
) -> None:
    await signed_in(tab, Role.lead)
    before = await database.value("SELECT seen_at FROM session")
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        listening = await tab.get("/who", headers={"Accept": "text/event-stream"})
        assert listening.status_code == 200
        assert await database.value("SELECT seen_at FROM session") == before
        assert (await tab.get("/who")).status_code == 200
        assert await database.value("SELECT seen_at FROM session") == clock.now()


async def test_a_session_that_ended_or_lost_a_right_is_not_what_it_was() -> None:
    word = await session_of(await somebody(Role.lead))
    session = await live_session(token_hash(word))
    assert session is not None
    assert await is_unchanged(session)
    await database.execute("UPDATE user_account SET roles = '[\"collector\"]'")
    assert not await is_unchanged(session)
    await database.execute("UPDATE user_account SET roles = '[\"lead\"]'")
    assert await is_unchanged(session)
    with clock.frozen_at(session.expires_at):
        assert not await is_unchanged(session)
    await database.execute("UPDATE session SET ended_at = now()")
    assert not await is_unchanged(session)


async def test_while_the_database_is_away_a_session_is_what_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = await live_session(token_hash(await session_of(await somebody(Role.lead))))
    assert session is not None

    async def away(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr("app.web.session_loading.live_session", away)
    assert await is_unchanged(session)
