import gzip
import re

import pytest

from tests.views.client import browsing
from views import asset

KIT_AND_PAGE_BYTES_MAX = 12 * 1024


@pytest.mark.parametrize("path", ["kit.css", "app.js", "page/board.css", "favicon.svg"])
async def test_a_file_is_kept_for_ever_under_the_hash_of_its_content(path: str) -> None:
    async with browsing(asset.routes) as client:
        answer = await client.get(asset.asset(path))
        without_hash = await client.get(f"/static/{path}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert without_hash.headers["cache-control"] == "no-cache"
    assert answer.content == without_hash.content


async def test_a_file_that_did_not_change_is_not_sent_again() -> None:
    async with browsing(asset.routes) as client:
        first = await client.get("/static/kit.css")
        again = await client.get(
            "/static/kit.css", headers={"If-None-Match": first.headers["etag"]}
        )
    assert again.status_code == 304
    assert again.content == b""


async def test_a_file_is_sent_packed_to_those_who_can_open_it() -> None:
    async with browsing(asset.routes) as client:
        packed = await client.get("/static/kit.css", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/static/kit.css", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


@pytest.mark.parametrize(
    "path", ["../rendering.py", "kit/../../rendering.py", "%2e%2e/rendering.py", "none.css", ""]
)
async def test_nothing_but_the_static_folder_is_served(path: str) -> None:
    async with browsing(asset.routes) as client:
        answer = await client.get(f"/static/{path}")
    assert answer.status_code == 404


def test_what_set_up_has_not_brought_yet_has_an_address() -> None:
    assert asset.asset("vendor/not-there.js") == "/static/vendor/not-there.js"


def test_the_style_of_a_page_is_light() -> None:
    kit = asset.load("kit.css")
    assert kit is not None
    assert kit.packed is not None
    for path in sorted((asset.FOLDER / "page").glob("*.css")):
        page = asset.load(f"page/{path.name}")
        assert page is not None
        assert page.packed is not None
        assert len(kit.packed) + len(page.packed) <= KIT_AND_PAGE_BYTES_MAX, path.name


def test_style_sheets_load_nothing_and_keep_their_rules() -> None:
    kit = asset.load("kit.css")
    assert kit is not None
    text = kit.body.decode()
    assert gzip.decompress(kit.packed or b"").decode() == text
    assert "/*" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert text.count("{") == text.count("}")
    assert len(re.findall(r"--accent:", text)) == 2
