from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from structlog.testing import capture_logs

from app.log import request_id
from app.permission import Role
from tests.app.identity.browser import application, browser
from tests.app.web.site import signed_in


def lines(logs: list[Any]) -> list[dict[str, Any]]:
    return [line for line in logs if line["event"] == "request"]


async def test_one_line_with_the_declared_address_and_nothing_personal(
    tab: httpx2.AsyncClient,
) -> None:
    with capture_logs() as logs:
        await tab.get("/signin?next=/customer?name=%E6%9E%97%E6%80%9D%E8%BF%9C")
        await tab.get("/customer/林思远")
    one, two = lines(logs)
    assert (one["method"], one["route"], one["status"]) == ("GET", "/signin", 200)
    assert (two["route"], two["status"], two["actor"]) == ("unmatched", 404, "nobody")
    for line in (one, two):
        assert set(line) == {"event", "log_level", "method", "route", "status", "ms", "actor"}
        assert "林" not in str(line)


async def test_numbers_in_an_address_stay_out_of_the_log() -> None:
    async def loan(request: Request) -> Response:
        return JSONResponse({})

    app = application(Mount("/loan", routes=[Route("/{customer}/{id}", loan)]))
    async with browser(app) as tab:
        with capture_logs() as logs:
            await tab.get("/loan/17/4711")
    assert [line["route"] for line in lines(logs)] == ["/loan/{customer}/{id}"]


@pytest.mark.usefixtures("database")
async def test_people_are_numbers(tab: httpx2.AsyncClient) -> None:
    await signed_in(tab, Role.collector)
    with capture_logs() as logs:
        id = (await tab.get("/who")).json()["id"]
    assert [line["actor"] for line in lines(logs)] == [f"user:{id}"]


async def test_the_request_id_is_the_same_everywhere() -> None:
    async def told(request: Request) -> Response:
        return JSONResponse({"id": request_id()})

    async with browser(application(Route("/told", told))) as tab:
        response = await tab.get("/told")
        assert response.headers["x-request-id"] == response.json()["id"]
        given = await tab.get("/told", headers={"X-Request-Id": "from-the-proxy_7"})
        assert given.json() == {"id": "from-the-proxy_7"}
        for junk in ("x", "a b c d e f g h", "x" * 65, '{"a":"bcdefgh"}'):
            refused = await tab.get("/told", headers={"X-Request-Id": junk})
            assert refused.headers["x-request-id"] != junk


async def test_a_fault_is_one_line_too() -> None:
    async def broken(request: Request) -> Response:
        raise RuntimeError("with a borrower's name in it")

    async with browser(application(Route("/broken", broken))) as tab:
        with capture_logs() as logs:
            response = await tab.get("/broken")
    assert response.status_code == 500
    assert [line["status"] for line in lines(logs)] == [500]
    fault = next(line for line in logs if line["event"] == "fault")
    assert fault["kind"] == "RuntimeError"
