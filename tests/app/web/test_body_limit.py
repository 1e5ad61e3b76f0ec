from collections.abc import AsyncIterator

import httpx2
import pytest

from app.web.body_limit import BODY_BYTES_MAX


async def parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 65536


async def test_what_fits_passes(tab: httpx2.AsyncClient) -> None:
    assert (await tab.post("/sent", content=b"x" * BODY_BYTES_MAX)).json() == {
        "bytes": BODY_BYTES_MAX
    }
    assert (await tab.post("/sent", content=parts(16))).json() == {"bytes": BODY_BYTES_MAX}


async def test_too_much_is_refused_announced_or_not(tab: httpx2.AsyncClient) -> None:
    assert (await tab.post("/sent", content=b"x" * (BODY_BYTES_MAX + 1))).status_code == 413
    assert (await tab.post("/sent", content=parts(17))).status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e9", "x", "99999999999999999999999", "١"])
async def test_a_nonsensical_length_is_refused(length: str, tab: httpx2.AsyncClient) -> None:
    headers = {b"Content-Length": length.encode()}
    assert (await tab.post("/sent", headers=headers, content=b"")).status_code == 413


async def test_files_may_be_large(tab: httpx2.AsyncClient) -> None:
    response = await tab.post("/operation/import/files", content=parts(40))
    assert response.json() == {"bytes": 40 * 65536}


async def test_a_program_is_told_in_json(tab: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await tab.post("/loan", headers=headers, content=b"x" * (BODY_BYTES_MAX + 1))
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"] == {"code": "BODY_TOO_LARGE"}
