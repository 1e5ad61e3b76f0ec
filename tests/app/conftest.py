from collections.abc import AsyncIterator, Iterator

import pytest

from app.engine.postgres import Postgres
from tests.app.own_server import own_server, small_pool


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with own_server(tmp_path_factory.mktemp("own")) as postgres:
        yield postgres


@pytest.fixture
async def server(own: Postgres, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Postgres]:
    async with small_pool(monkeypatch):
        yield own
