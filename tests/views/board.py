"""Asks for the board, and finds in an answer what a browser would."""

import re
from collections.abc import Mapping
from html import unescape

import httpx2

from app.actor import Actor
from tests.app.collection.rows import (
    CaseKey,
)
from tests.views.client import PART, browsing
from views import collection as pages

BOARD = "/collection/board"


async def got(reader: Actor, path: str = "", *, language: str = "en") -> httpx2.Response:
    async with browsing(pages.routes, actor=reader, language=language) as client:
        return await client.get(f"{BOARD}{path}")


async def dropped(
    reader: Actor,
    key: CaseKey,
    stage: str = "contacted",
    *,
    body: Mapping[str, str] | None = None,
    query: str = "",
    language: str = "en",
) -> httpx2.Response:
    async with browsing(pages.routes, actor=reader, language=language) as client:
        return await client.post(
            f"{BOARD}/{stage}/drops/{key.customer_id}-{key.case_id}{query}",
            data={"version": "1"} if body is None else body,
            headers=PART | {"X-Client-Id": "tab-1"},
        )


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def cards_in(page: str) -> list[int]:
    return [int(id) for id in re.findall(r'<li class="card" id="case-(\d+)"', page)]


def gone_in(page: str) -> list[int]:
    return [int(id) for id in re.findall(r'hx-target="#case-(\d+)" hx-swap="delete"', page)]


def heads_in(page: str) -> dict[str, str]:
    found = re.findall(r'hx-target="#head-(\w+)"[^>]*>(.*?)</hx-partial>', page, re.DOTALL)
    return {stage: text(head).strip() for stage, head in found}
