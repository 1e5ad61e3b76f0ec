import io

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app import log
from app.errors import NotFound, Stale, TooMany, Unavailable
from app.permission import Role
from tests.app import test_log
from tests.app.test_log import events
from tests.views.client import PART, browsing, someone
from views.page import public_page

SECRET = "password=hunter2"
logged = test_log.logged


async def missing(_request: Request) -> Response:
    raise NotFound


async def stale(_request: Request) -> Response:
    raise Stale


async def away(_request: Request) -> Response:
    raise Unavailable


async def too_many(_request: Request) -> Response:
    raise TooMany(seconds=7)


async def fault(_request: Request) -> Response:
    log.set_request_id("r-42")
    raise RuntimeError(SECRET)


ROUTES = [
    public_page("/missing", missing),
    public_page("/stale", stale, methods=("GET", "POST")),
    public_page("/away", away),
    public_page("/too-many", too_many),
    public_page("/fault", fault, methods=("GET", "POST")),
]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/missing", 404, "There is no such record, or it is outside what you may see."),
        ("/nowhere", 404, "There is nothing here"),
        ("/stale", 409, "This was changed meanwhile."),
        ("/too-many", 429, "Wait 7 seconds and try again."),
        ("/away", 503, "The database cannot be reached at the moment."),
    ],
)
async def test_a_refusal_is_a_page_that_says_what_and_what_next(
    path: str, status: int, words: str
) -> None:
    async with browsing(ROUTES, actor=someone(Role.lead)) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert '<nav class="side"' in answer.text


async def test_a_refusal_speaks_the_readers_language() -> None:
    async with browsing(ROUTES, language="zh") as client:
        answer = await client.get("/missing")
    assert "没有这条记录，或不在您的可见范围内。" in answer.text


async def test_a_stranger_is_shown_no_side_bar() -> None:
    async with browsing(ROUTES) as client:
        answer = await client.get("/missing")
    assert answer.status_code == 404
    assert '<nav class="side"' not in answer.text


async def test_the_framework_own_refusals_keep_their_headers() -> None:
    async with browsing(ROUTES) as client:
        answer = await client.post("/missing")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert "There is nothing here" in answer.text


async def test_a_part_of_a_page_gets_a_toast_and_stays_as_it_is() -> None:
    async with browsing(ROUTES) as client:
        answer = await client.post("/stale", headers=PART)
    assert answer.status_code == 409
    assert answer.headers["hx-reswap"] == "none"
    assert answer.text.strip().startswith('<hx-partial hx-target="#toasts" hx-swap="beforeend">')
    assert "This was changed meanwhile." in answer.text
    assert "<html" not in answer.text


async def test_a_fault_tells_its_number_and_nothing_of_itself() -> None:
    async with browsing(ROUTES, actor=someone(Role.lead)) as client:
        whole = await client.get("/fault")
        part = await client.post("/fault", headers=PART)
    for answer in (whole, part):
        assert answer.status_code == 500
        assert SECRET not in answer.text
        assert "RuntimeError" not in answer.text
    assert "Something went wrong on our side" in whole.text


async def test_a_refusal_is_noted_under_the_declared_address(logged: io.StringIO) -> None:
    """The address as asked for may hold a name, and ids say who was looked at."""
    routes = [*ROUTES, public_page("/borrower/{name}/loan/{id:int}", missing)]
    async with browsing(routes) as client:
        await client.get("/borrower/林思远/loan/4711?phone=13812341234")
        await client.get("/林思远")
    noted = [line for line in events(logged) if line["event"] == "refused"]
    assert [(line["code"], line["route"]) for line in noted] == [
        ("NOT_FOUND", "/borrower/{name}/loan/{id:int}")
    ]
    for typed in ("林思远", "%E6", "4711", "13812341234"):
        assert typed not in logged.getvalue()
