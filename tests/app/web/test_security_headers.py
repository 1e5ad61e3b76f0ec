import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.settings import Settings
from app.web.security_headers import CONTENT_SECURITY_POLICY
from app.web.stack import middleware
from tests.app.identity.browser import application, browser
from views import error


@pytest.mark.parametrize("path", ["/", "/signin", "/nothing", "/who", "/broken"])
async def test_every_answer_has_them(path: str) -> None:
    async def broken(request: Request) -> Response:
        raise RuntimeError("with a borrower's name in it")

    async with browser(application(Route("/broken", broken))) as tab:
        response = await tab.get(path)
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-store"
    assert len(response.headers["x-request-id"]) == 16
    assert "borrower" not in response.text


async def test_a_forged_host_gets_them_too(tab: httpx2.AsyncClient) -> None:
    response = await tab.get("/", headers={"Host": "evil.example"})
    assert (response.status_code, "content-security-policy" in response.headers) == (400, True)


def test_the_policy_allows_nothing_unsafe() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


async def test_an_answer_that_may_be_kept_says_so_itself() -> None:
    async def style(request: Request) -> Response:
        return PlainTextResponse("", headers={"Cache-Control": "immutable"})

    async with browser(application(Route("/style", style))) as tab:
        assert (await tab.get("/style")).headers["cache-control"] == "immutable"


@pytest.mark.parametrize(("url", "strict"), [("https://127.0.0.1", True), ("", False)])
async def test_encryption_is_insisted_on_where_there_is_some(url: str, strict: bool) -> None:
    stack = middleware(Settings(public_url=url), told=error.told, broken=error.broken)
    async with browser(Starlette(middleware=stack)) as tab:
        response = await tab.get("/nothing", headers={"Accept": "application/json"})
    assert ("strict-transport-security" in response.headers) is strict
