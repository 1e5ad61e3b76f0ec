"""The development provider, spoken to by our own client as by any other."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import uvicorn

from app import database
from app.actor import Actor
from app.identity import provider
from app.identity.actions import seed_staff
from app.identity.configured import configured_issuer
from app.identity.issuer import Issuer
from app.identity.order import SeedStaff
from app.identity.provider.people import EVERYBODY
from app.identity.provider.secret import provider_secrets
from app.settings import settings
from tests.app.identity.browser import ADDRESS, application, browser

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def tab(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    app = application()
    issuer = Issuer(
        provider.issuer_url(settings()),
        client_id=settings().oidc_client_id,
        client_secret=provider_secrets(settings().home).client_secret,
        transport=httpx2.ASGITransport(app, client=("127.0.0.1", 50001)),
    )
    monkeypatch.setattr("views.identity.configured_issuer", lambda: issuer)
    async with browser(app) as client:
        yield client


async def asked(tab: httpx2.AsyncClient) -> dict[str, str]:
    """What the sign-in sends along, as the provider's form carries it."""
    address = (await tab.get("/signin/start")).headers["location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def choose(tab: httpx2.AsyncClient, person: str, **changes: str) -> httpx2.Response:
    data = await asked(tab) | {"person": person} | changes
    return await tab.post("/dev/idp/authorize", data=data)


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.subject)
async def test_everybody_can_sign_in(person: object, tab: httpx2.AsyncClient) -> None:
    await seed_staff(Actor.system("test"), SeedStaff(issuer=provider.issuer_url(settings())))
    someone = next(one for one in EVERYBODY if one is person)
    back = await choose(tab, someone.subject)
    assert (await tab.get(back.headers["location"])).headers["location"] == "/"
    known = (await tab.get("/who")).json()
    assert known["roles"] == [someone.role.value]
    assert await database.value("SELECT count(*) FROM user_account") == len(EVERYBODY)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_page_shows_them_all(language: str, tab: httpx2.AsyncClient) -> None:
    page = await tab.get(
        (await tab.get("/signin/start")).headers["location"], headers={"Accept-Language": language}
    )
    assert page.status_code == 200
    for person in EVERYBODY:
        assert f'value="{person.subject}"' in page.text
        assert person.name in page.text
    assert ("Head office" in page.text, "总部" in page.text) == (
        language == "en",
        language == "zh-CN",
    )


async def test_nobody_is_let_in_without_choosing(tab: httpx2.AsyncClient) -> None:
    for person in ("", "nobody"):
        back = await choose(tab, person)
        assert "error=access_denied" in back.headers["location"]
        assert "SIGN_IN_DENIED" in (await tab.get(back.headers["location"])).text
    assert await database.value("SELECT count(*) FROM session") == 0


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "https://evil.example/"}, {"client_id": "other"}, {"redirect_uri": ""}],
)
async def test_it_sends_nobody_to_another_client(
    changes: dict[str, str], tab: httpx2.AsyncClient
) -> None:
    refused = await choose(tab, "he.wei", **changes)
    assert (refused.status_code, "location" in refused.headers) == (400, False)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
    ],
)
async def test_it_insists_on_the_flow_it_knows(
    changes: dict[str, str], error: str, tab: httpx2.AsyncClient
) -> None:
    back = await choose(tab, "he.wei", **changes)
    assert f"error={error}" in back.headers["location"]


async def test_a_code_is_for_the_client_only(tab: httpx2.AsyncClient) -> None:
    back = parse_qs(urlsplit((await choose(tab, "he.wei")).headers["location"]).query)
    form = {"grant_type": "authorization_code", "code": back["code"][0], "client_id": "afterloan"}
    for credentials in ({}, {"client_secret": "guessed"}):
        refused = await tab.post("/dev/idp/token", data=form | credentials)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    refused = await tab.post("/dev/idp/token", data=form, auth=("afterloan", "guessed"))
    assert refused.status_code == 401
    secret = provider_secrets(settings().home).client_secret
    refused = await tab.post("/dev/idp/token", data=form, auth=("afterloan", secret))
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
    form["grant_type"] = "password"
    refused = await tab.post("/dev/idp/token", data=form, auth=("afterloan", secret))
    assert refused.json() == {"error": "unsupported_grant_type"}


async def test_userinfo_wants_an_access_token(tab: httpx2.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer a.b.c"}):
        assert (await tab.get("/dev/idp/userinfo", headers=headers)).status_code == 401


async def test_signing_out_leads_back_only_to_us(tab: httpx2.AsyncClient) -> None:
    leave = {"post_logout_redirect_uri": f"{ADDRESS}/signin", "id_token_hint": "x", "state": "s"}
    assert (await tab.get("/dev/idp/end_session", params=leave)).status_code == 400
    leave["post_logout_redirect_uri"] = "https://evil.example"
    assert (await tab.get("/dev/idp/end_session", params=leave)).status_code == 400


@pytest.mark.parametrize(
    ("client", "address"),
    [("10.0.0.7", ADDRESS), ("127.0.0.1", "http://192.168.1.7:8000")],
)
async def test_it_does_not_answer_beyond_this_machine(client: str, address: str) -> None:
    transport = httpx2.ASGITransport(application(), client=(client, 50000))
    async with httpx2.AsyncClient(transport=transport, base_url=address) as far:
        response = await far.get("/dev/idp/jwks.json", headers={"Host": "127.0.0.1:8000"})
    assert response.status_code == 404


async def test_one_process_can_be_provider_and_client_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in the demo: the callback waits for an answer that the same process has to give."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AFTERLOAN_PORT", str(port))
    settings.cache_clear()
    configured_issuer.cache_clear()
    try:
        async with (
            _served(port),
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as tab,
        ):
            back = await choose(tab, "anna.koch")
            assert (await tab.get(back.headers["location"])).headers["location"] == "/"
            assert (await tab.get("/who")).json()["roles"] == ["risk_officer"]
            token = (await tab.get("/nothing")).text.partition('name="csrf_token" value="')[2]
            out = await tab.post("/signout", data={"csrf_token": token.partition('"')[0]})
            home = await tab.get(out.headers["refresh"].removeprefix("0; url="))
            assert home.headers["location"] == (f"http://127.0.0.1:{port}/signin?state=signed-out")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        configured_issuer.cache_clear()


@asynccontextmanager
async def _served(port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(
        application(), host="127.0.0.1", port=port, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has a flag, no event)
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await serving
