import asyncio
from typing import Any

import httpx2
import pytest

from app import database as db
from app.errors import Unavailable
from tests.views.client import browsing
from views import health


async def asked(path: str) -> httpx2.Response:
    async with browsing(health.routes) as client:
        return await client.get(path)


async def test_a_living_process_says_so_without_asking_anybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("asked the database")

    monkeypatch.setattr(db, "value", never)
    answer = await asked("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.usefixtures("database")
async def test_with_its_database_it_may_be_given_work() -> None:
    answer = await asked("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.parametrize("error", [Unavailable(), ConnectionRefusedError(), TimeoutError()])
async def test_without_it_it_may_not(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise error

    monkeypatch.setattr(db, "value", away)
    answer = await asked("/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "waiting for the database"})


async def test_a_frozen_database_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def frozen(*_: object) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(db, "value", frozen)
    monkeypatch.setattr(health, "READY_SECONDS", 0.01)
    assert (await asked("/ready")).status_code == 503
