"""Signing in and out as a person meets it: tabs, browsers, cookies, ways back."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app import clock, database
from app.actor import Actor
from app.identity.actions import bar_user
from app.identity.order import BarUser
from tests.app.identity import way
from tests.app.identity.browser import ADDRESS, application, browser
from tests.app.identity.rogue import ISSUER, Rogue
from tests.app.identity.way import (
    SESSION,
    assert_nobody_got_in,
    csrf_of,
    leave,
    sessions,
    sign_in,
)

pytestmark = pytest.mark.usefixtures("database")


Trust = Callable[[Rogue], Rogue]


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Trust:
    return lambda rogue: way.trust(rogue, monkeypatch)


@pytest.fixture
async def tab() -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(application()) as client:
        yield client


async def test_the_address_of_the_provider_asks_for_all_that_protects(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    trust(Rogue())
    asked = parse_qs(urlsplit(await leave(tab)).query)
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"{ADDRESS}/signin/callback"]
    assert asked["scope"] == ["openid profile email"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 32
    assert "client_secret" not in asked


async def test_two_tabs_at_once_both_get_in(trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue())
    first, second = (
        await leave(tab, "/signin/start?next=/a"),
        await leave(tab, "/signin/start?next=/b"),
    )
    assert (await tab.get(rogue.answer(second))).headers["location"] == "/b"
    assert (await tab.get(rogue.answer(first))).headers["location"] == "/a"
    assert (await tab.get("/who")).status_code == 200


async def test_an_answer_is_good_once(trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue())
    answer = rogue.answer(await leave(tab))
    assert (await tab.get(answer)).status_code == 303
    again = await tab.get(answer)
    assert (again.status_code, "SIGN_IN_ATTEMPT_USED" in again.text) == (401, True)
    assert await sessions() == 1


async def test_a_refused_answer_is_used_up_too(trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue("nonce_wrong"))
    answer = rogue.answer(await leave(tab))
    await tab.get(answer)
    rogue.mode = "good"
    assert "SIGN_IN_ATTEMPT_USED" in (await tab.get(answer)).text
    await assert_nobody_got_in(tab)


async def test_a_code_is_not_shown_twice(trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue())
    used = rogue.answer(await leave(tab))
    await tab.get(used)
    code = parse_qs(urlsplit(used).query)["code"][0]
    fresh = parse_qs(urlsplit(rogue.answer(await leave(tab))).query)
    response = await tab.get(
        "/signin/callback", params={"code": code, "state": fresh["state"][0], "iss": ISSUER}
    )
    assert "SIGN_IN_CODE_REFUSED" in response.text
    assert await sessions() == 1


async def test_a_code_of_somebody_else_does_not_fit_the_proof_of_this_browser(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    async with browser(application()) as attacker:
        stolen = parse_qs(urlsplit(rogue.answer(await leave(attacker))).query)["code"][0]
    own = parse_qs(urlsplit(rogue.answer(await leave(tab))).query)
    response = await tab.get(
        "/signin/callback", params={"code": stolen, "state": own["state"][0], "iss": ISSUER}
    )
    assert "SIGN_IN_CODE_REFUSED" in response.text
    await assert_nobody_got_in(tab)


async def test_an_answer_does_not_work_in_another_browser(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    answer = rogue.answer(await leave(tab))
    async with browser(application()) as victim:
        assert "SIGN_IN_OTHER_BROWSER" in (await victim.get(answer)).text
        # Nor in one that began a sign-in of its own.
        await leave(victim)
        assert "SIGN_IN_OTHER_BROWSER" in (await victim.get(answer)).text
        await assert_nobody_got_in(victim)
    assert (await tab.get(answer)).status_code == 303, "the rightful browser is not disturbed"


async def test_a_sign_in_takes_ten_minutes_at_most(trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue())
    answer = rogue.answer(await leave(tab))
    with clock.frozen_at(clock.now() + timedelta(minutes=10)):
        assert "SIGN_IN_ATTEMPT_EXPIRED" in (await tab.get(answer)).text
    await assert_nobody_got_in(tab)


async def test_expired_attempts_are_cleared_away(trust: Trust, tab: httpx2.AsyncClient) -> None:
    trust(Rogue())
    await leave(tab)
    with clock.frozen_at(clock.now() + timedelta(minutes=11)):
        await leave(tab)
    assert await database.value("SELECT count(*) FROM sign_in_attempt") == 1


async def test_a_browser_cannot_start_without_end(trust: Trust, tab: httpx2.AsyncClient) -> None:
    trust(Rogue())
    for _ in range(20):
        await leave(tab)
    refused = await tab.get("/signin/start")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert "SIGN_IN_RATE_LIMITED" in refused.text
    assert await database.value("SELECT count(*) FROM sign_in_attempt") == 20


async def test_nor_can_an_address_with_many_browsers(
    trust: Trust, tab: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(Rogue())
    monkeypatch.setattr("app.identity.attempt.PER_ADDRESS_MAX", 3)
    for _ in range(3):
        tab.cookies.clear()
        await leave(tab)
    tab.cookies.clear()
    assert (await tab.get("/signin/start")).status_code == 429


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/signin"],
)
async def test_nobody_is_led_elsewhere(path: str, trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue())
    away = str(httpx2.URL("/signin/start", params={"next": path}))
    response = await sign_in(tab, rogue, away)
    assert response.headers["location"] == "/"
    signed_in = await tab.get("/signin", params={"next": path})
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")


async def test_the_session_cookie_is_new_hidden_and_known_by_its_hash_only(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    tab.cookies.set(SESSION, "planted", domain="127.0.0.1", path="/")
    response = await sign_in(tab, rogue)
    written = next(c for c in response.headers.get_list("set-cookie") if c.startswith(SESSION))
    assert "HttpOnly" in written
    assert "SameSite=lax" in written
    assert "Path=/" in written
    assert "planted" not in written
    token = written.partition("=")[2].partition(";")[0]
    stored = await database.row("SELECT * FROM session")
    assert stored is not None
    assert token not in stored["id_hash"]
    assert b"eyJ" not in bytes(stored["id_token"]), "the ID token names the person: it is sealed"


async def test_signing_in_again_ends_the_session_before(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    await sign_in(tab, rogue)
    copied = tab.cookies[SESSION]
    await sign_in(tab, rogue)
    assert tab.cookies[SESSION] != copied
    async with browser(application()) as thief:
        thief.cookies.set(SESSION, copied, domain="127.0.0.1", path="/")
        assert (await thief.get("/who")).headers["location"] == "/signin?next=/who"


async def test_the_person_is_issuer_and_subject_not_the_address(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    await sign_in(tab, rogue)
    first = (await tab.get("/who")).json()["id"]
    rogue.subject = "another, with the same e-mail"
    await sign_in(tab, rogue)
    assert (await tab.get("/who")).json()["id"] != first
    rogue.subject = "he.wei"
    await sign_in(tab, rogue)
    assert (await tab.get("/who")).json()["id"] == first


@pytest.mark.parametrize(
    ("roles", "held"),
    [
        (["lead", "collector", "guest"], ["collector", "lead"]),
        ("management", ["management"]),
        (["guest"], []),
        (["Administrator"], []),
        ({"administrator": True}, []),
        ([["administrator"]], []),
        (None, []),
    ],
)
async def test_only_roles_that_we_know_give_rights(
    roles: object, held: list[str], trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    rogue.roles = roles
    response = await sign_in(tab, rogue)
    assert (await tab.get("/who")).json()["roles"] == held
    assert response.headers["location"] == ("/" if held else "/signin/unassigned")
    unassigned = await tab.get("/signin/unassigned")
    assert unassigned.status_code == (303 if held else 403)


async def test_roles_that_were_taken_away_are_gone_from_every_session(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    await sign_in(tab, rogue)
    rogue.roles = []
    async with browser(application()) as other:
        await sign_in(other, rogue)
    assert (await tab.get("/who")).json()["roles"] == []


async def test_somebody_barred_stays_out_and_is_signed_out(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    await sign_in(tab, rogue)
    user = (await tab.get("/who")).json()["id"]
    ended = await bar_user(Actor.system("test"), BarUser(user_id=user))
    assert ended.result.count == 1
    assert (await tab.get("/who")).status_code == 303
    refused = await sign_in(tab, rogue)
    assert (refused.status_code, "SIGN_IN_ACCOUNT_CLOSED" in refused.text) == (403, True)
    assert await sessions() == 1


async def test_signing_out_ends_the_session_here_and_leads_to_the_provider(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    rogue = trust(Rogue())
    await sign_in(tab, rogue)
    copied = tab.cookies[SESSION]
    token = csrf_of((await tab.get("/signin/unassigned-nothing")).text)
    response = await tab.post("/signout", data={"csrf_token": token})
    assert response.status_code == 200
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert response.headers["cache-control"] == "no-store"
    address = response.headers["refresh"].removeprefix("0; url=")
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{ISSUER}/end?")
    assert asked["post_logout_redirect_uri"] == [f"{ADDRESS}/signin"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert SESSION not in tab.cookies
    tab.cookies.set(SESSION, copied, domain="127.0.0.1", path="/")
    assert (await tab.get("/who")).status_code == 303
    assert await database.value("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0


async def test_signing_out_works_while_the_provider_is_away(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    await sign_in(tab, trust(Rogue()))
    trust(Rogue("configuration_500"))
    token = csrf_of((await tab.get("/nothing")).text)
    response = await tab.post("/signout", data={"csrf_token": token})
    assert response.headers["refresh"] == f"0; url={ADDRESS}/signin"
    assert await database.value("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0


async def test_signing_out_without_a_session_leads_to_the_sign_in(tab: httpx2.AsyncClient) -> None:
    response = await tab.post("/signout")
    assert response.headers["refresh"] == f"0; url={ADDRESS}/signin"


async def test_another_site_cannot_sign_anybody_out(trust: Trust, tab: httpx2.AsyncClient) -> None:
    await sign_in(tab, trust(Rogue()))
    for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await tab.post("/signout", headers=headers)).status_code == 403
    assert (await tab.get("/who")).status_code == 200


async def test_rows_of_long_dead_sessions_go_away(trust: Trust, tab: httpx2.AsyncClient) -> None:
    rogue = trust(Rogue())
    await sign_in(tab, rogue)
    await database.execute("UPDATE session SET expires_at = $1", clock.now() - timedelta(days=29))
    await sign_in(tab, rogue)
    assert await sessions() == 2
    await database.execute("UPDATE session SET expires_at = $1", clock.now() - timedelta(days=30))
    await sign_in(tab, rogue)
    assert await sessions() == 1


async def test_sign_in_and_out_stand_in_the_audit_log(
    trust: Trust, tab: httpx2.AsyncClient
) -> None:
    await sign_in(tab, trust(Rogue()))
    user = (await tab.get("/who")).json()["id"]
    await tab.post("/signout", data={"csrf_token": csrf_of((await tab.get("/nothing")).text)})
    entries = await database.rows("SELECT verb, actor, body FROM audit_entry ORDER BY id")
    assert [entry["verb"] for entry in entries] == ["session.open", "session.end"]
    assert {entry["actor"].rpartition(":")[0] for entry in entries} == {f"user:{user}"}
    assert "lender.example" not in "".join(entry["body"] for entry in entries)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_sign_in_page_speaks_both_languages(
    language: str, tab: httpx2.AsyncClient
) -> None:
    response = await tab.get("/signin", headers={"Accept-Language": language})
    words = {"en": "Sign in to Afterloan", "zh-CN": "登录"}
    assert response.status_code == 200
    assert words[language] in response.text
    assert 'href="/signin/start"' in response.text
