from typing import Any

import asyncpg
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message
from tortoise.exceptions import OperationalError

from app.permission import Role
from tests.app.identity.browser import application, browser
from tests.app.web.site import signed_in


async def broken(request: Request) -> Response:
    raise RuntimeError("password=hunter2")


@pytest.mark.parametrize(
    ("headers", "is_json"),
    [
        ({}, False),
        ({"Accept": "text/html,application/xhtml+xml"}, False),
        ({"Accept": "application/json"}, True),
        ({"Accept": "application/graphql-response+json"}, True),
        ({"Accept": "text/html, application/json"}, False),
        ({"Content-Type": "application/json; charset=utf-8"}, True),
    ],
)
async def test_a_fault_is_told_in_the_language_of_whoever_asks(
    headers: dict[str, str], is_json: bool
) -> None:
    async with browser(application(Route("/broken", broken))) as tab:
        response = await tab.get("/broken", headers=headers)
    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert response.headers["content-type"].startswith("application/json") is is_json
    if is_json:
        assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL_ERROR"}


@pytest.mark.usefixtures("database")
async def test_a_database_that_is_away_is_a_page_and_not_a_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    async with browser(application()) as tab:
        await signed_in(tab, Role.collector)
        monkeypatch.setattr("app.web.session_loading.live_session", away)
        response = await tab.get("/who")
        assert (response.status_code, "location" in response.headers) == (503, False)
        # These ask nobody who he is.
        assert (await tab.get("/dev/idp/jwks.json")).status_code == 200


async def test_a_fault_after_the_first_byte_ends_the_answer() -> None:
    async def half(request: Request) -> Response:
        async def parts() -> Any:
            yield b"first"
            raise RuntimeError("then nothing")

        return StreamingResponse(parts())

    async with browser(application(Route("/half", half))) as tab:
        with pytest.raises(RuntimeError, match="then nothing"):
            await tab.get("/half")


async def test_web_sockets_are_closed_at_the_door() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/graphql", "headers": []}
    await application()(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (asyncpg.LockNotAvailableError(), 503, "TIMEOUT"),
        (asyncpg.QueryCanceledError(), 503, "TIMEOUT"),
        (asyncpg.CannotConnectNowError(), 503, "UNAVAILABLE"),
        (TimeoutError(), 503, "UNAVAILABLE"),
        (ConnectionResetError(), 503, "UNAVAILABLE"),
        (FileNotFoundError(), 500, "INTERNAL_ERROR"),
        (asyncpg.UniqueViolationError(), 500, "INTERNAL_ERROR"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "wrapped"])
async def test_what_the_driver_says_has_a_name(
    raised: Exception, status: int, code: str, wrapped: bool
) -> None:
    async def ask(request: Request) -> Response:
        if wrapped:
            raise OperationalError("as Tortoise does") from raised
        raise raised

    async with browser(application(Route("/ask", ask))) as tab:
        response = await tab.get("/ask", headers={"Accept": "application/json"})
        page = await tab.get("/ask")
    assert (response.status_code, page.status_code) == (status, status)
    assert response.json()["errors"][0]["extensions"]["code"] == code
