"""The steps of a sign-in, for tests of what happens on the way."""

import httpx2
import pytest

from app import database
from app.identity.issuer import Issuer
from tests.app.identity.rogue import CLIENT_ID, CLIENT_SECRET, ISSUER, Rogue

SESSION = "afterloan-8000-session"


def trust(rogue: Rogue, monkeypatch: pytest.MonkeyPatch) -> Rogue:
    """Makes it the configured provider."""
    issuer = Issuer(
        ISSUER,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        transport=httpx2.ASGITransport(rogue.application()),
    )
    monkeypatch.setattr("views.identity.configured_issuer", lambda: issuer)
    return rogue


async def leave(tab: httpx2.AsyncClient, path: str = "/signin/start") -> str:
    response = await tab.get(path)
    assert response.status_code == 303, response.text
    return response.headers["location"]


async def sign_in(
    tab: httpx2.AsyncClient, rogue: Rogue, path: str = "/signin/start"
) -> httpx2.Response:
    return await tab.get(rogue.answer(await leave(tab, path)))


async def sessions() -> int:
    return int(await database.value("SELECT count(*) FROM session"))


async def assert_nobody_got_in(tab: httpx2.AsyncClient) -> None:
    assert SESSION not in tab.cookies
    assert await sessions() == 0
    assert await database.value("SELECT count(*) FROM user_account") == 0
    assert await database.value("SELECT count(*) FROM audit_entry") == 0


def csrf_of(html: str) -> str:
    return html.partition('name="csrf-token" content="')[2].partition('"')[0]
