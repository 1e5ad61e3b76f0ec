from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from app.permission import Role
from app.web.csrf import csrf_token, is_csrf_token
from tests.app.identity.browser import ADDRESS
from tests.app.web.site import signed_in

WORD = "a session's word"


def test_the_token_looks_different_each_time_and_fits_one_session() -> None:
    one, two = csrf_token(WORD), csrf_token(WORD)
    assert one != two
    assert is_csrf_token(one, WORD)
    assert is_csrf_token(two, WORD)
    assert not is_csrf_token(one, "another word")
    assert csrf_token("") == ""


@pytest.mark.parametrize(
    "given",
    ["", "x", "=" * 88, "A" * 88, "é" * 88, csrf_token("other")],
    ids=["empty", "short", "padding", "letters", "accents", "of another session"],
)
def test_other_tokens_do_not_fit(given: str) -> None:
    assert not is_csrf_token(given, WORD)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": ADDRESS}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": ADDRESS}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "ftp://127.0.0.1:8000"}, 403),
        ({"Origin": "http://127.0.0.1:8000.evil.example"}, 403),
        # The browser's word counts, whatever else stands there.
        ({"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS}, 403),
    ],
)
async def test_where_a_request_comes_from(
    headers: dict[str, str], status: int, tab: httpx2.AsyncClient
) -> None:
    assert (await tab.post("/sent", headers=headers, content=b"x")).status_code == status


async def test_reading_is_open_to_links_from_elsewhere(tab: httpx2.AsyncClient) -> None:
    for method in ("GET", "HEAD"):
        response = await tab.request(method, "/", headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 200


@pytest.mark.usefixtures("database")
async def test_with_a_session_a_request_brings_its_token(tab: httpx2.AsyncClient) -> None:
    word = await signed_in(tab, Role.collector)
    token = csrf_token(word)
    ways: list[tuple[int, dict[str, Any]]] = [
        (403, {"content": b"x"}),
        (403, {"data": {"csrf_token": csrf_token("another")}}),
        (403, {"params": {"csrf_token": token}}),
        (403, {"headers": {"Content-Type": "text/plain"}, "content": f"csrf_token={token}"}),
        (403, {"json": {"csrf_token": token}}),
        (200, {"headers": {"X-CSRF-Token": token}, "json": {"a": 1}}),
        (200, {"data": {"csrf_token": token, "name": "林"}}),
        (403, {"headers": {"X-CSRF-Token": token, "Origin": "https://evil.example"}}),
    ]
    for status, way in ways:
        assert (await tab.post("/sent", **way)).status_code == status, way


@pytest.mark.usefixtures("database")
async def test_a_page_gets_the_whole_form_although_the_guard_looked_into_it(
    tab: httpx2.AsyncClient,
) -> None:
    token = csrf_token(await signed_in(tab, Role.administrator))
    form = f"csrf_token={token}&text=" + "x" * 300_000
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    async def in_parts() -> AsyncIterator[bytes]:
        for begin in range(0, len(form), 1000):
            yield form[begin : begin + 1000].encode()

    response = await tab.post("/sent", headers=headers, content=in_parts())
    assert response.json() == {"bytes": len(form)}


def multipart(*parts: tuple[str, bytes]) -> tuple[dict[str, str], bytes]:
    body = b""
    for disposition, content in parts:
        body += b"--edge\r\nContent-Disposition: form-data; " + disposition.encode()
        body += b"\r\n\r\n" + content + b"\r\n"
    return {"Content-Type": "multipart/form-data; boundary=edge"}, body + b"--edge--\r\n"


@pytest.mark.usefixtures("database")
async def test_in_a_form_with_files_the_token_comes_first(tab: httpx2.AsyncClient) -> None:
    token = csrf_token(await signed_in(tab, Role.administrator)).encode()
    file = ('name="file"; filename="book.csv"', b"x" * 3_000_000)
    field = ('name="csrf_token"', token)
    for status, parts in ((200, (field, file)), (403, (file, field)), (403, (file,))):
        headers, body = multipart(*parts)
        response = await tab.post("/operation/import/files", headers=headers, content=body)
        assert response.status_code == status
        if status == 200:
            assert response.json() == {"bytes": len(body)}


@pytest.mark.usefixtures("database")
async def test_a_dead_session_still_wants_its_token(tab: httpx2.AsyncClient) -> None:
    """Else a page that was open when it died could be made to act once more."""
    tab.cookies.set("afterloan-8000-session", "dead", domain="127.0.0.1", path="/")
    assert (await tab.post("/sent")).status_code == 403


async def test_a_program_with_its_own_credentials_needs_none(tab: httpx2.AsyncClient) -> None:
    headers = {"Authorization": "Bearer afl_x", "Origin": "https://partner.example"}
    assert (await tab.post("/sent", headers=headers)).status_code == 200


@pytest.mark.usefixtures("database")
async def test_credentials_do_not_open_the_door_for_a_session(tab: httpx2.AsyncClient) -> None:
    await signed_in(tab, Role.collector)
    assert (await tab.post("/sent", headers={"Authorization": "x"})).status_code == 403
