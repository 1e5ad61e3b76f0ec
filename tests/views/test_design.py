import re

import pytest

from app.permission import Role
from tests.views.client import browsing, someone
from views import asset, design, setting
from views.page import public_page

# What scripts put there while somebody does something.
BY_SCRIPT = {"offline", "is-over", "is-fresh", "is-lifted", "is-placeholder", "htmx-request"}


def classes_of_sheets() -> set[str]:
    sheets = [*(asset.FOLDER / "kit").glob("*.css"), *(asset.FOLDER / "page").glob("*.css")]
    assert len(sheets) > 15
    text = "\n".join(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in sheets)
    selectors = re.findall(r"[^{};]+(?=\{)", text)
    return {name for part in selectors for name in re.findall(r"\.([a-z][\w-]*)", part)}


def classes_of(page: str) -> set[str]:
    return {name for value in re.findall(r'\bclass="([^"]*)"', page) for name in value.split()}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_class_is_shown(language: str) -> None:
    routes = [*design.routes, public_page("/setting", setting.setting)]
    routes.append(public_page("/report", design.design))
    async with browsing(routes, actor=someone(Role.lead), language=language) as client:
        pages = [await client.get(path) for path in ("/design", "/setting", "/nowhere")]
    async with browsing(routes, language=language) as stranger:
        pages.append(await stranger.get("/nowhere"))
    assert [page.status_code for page in pages] == [200, 200, 404, 404]
    shown = BY_SCRIPT.union(*(classes_of(page.text) for page in pages))
    missing = sorted(classes_of_sheets() - shown)
    assert not missing, f"in a style sheet and not at /design: {missing}"


async def test_nothing_is_left_in_english_for_a_chinese_reader() -> None:
    async with browsing(design.routes, actor=someone(Role.lead), language="zh") as client:
        page = (await client.get("/design")).text
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", "\n", page, flags=re.DOTALL)
    english = {
        line.strip()
        for line in words.splitlines()
        if re.fullmatch(r"[A-Z][a-z]+( [a-z]+)*[.…]?", line.strip())
    }
    assert english - {"English", "Enter"} == set()
