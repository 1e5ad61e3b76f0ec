from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.app.identity.browser import application, browser


@pytest.fixture
async def tab() -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(application()) as client:
        yield client
