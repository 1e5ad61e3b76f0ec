"""The query editor: ours only, under our own policy, and only where it is wanted."""

from collections.abc import Iterator

import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from api.http import GraphQLOverHttp
from api.schema import schema
from app.engine.browser import find_browser
from app.settings import settings
from app.web.security_headers import SecurityHeaders
from tests.graphql.client import ALL_SCOPES, Api, integrator
from tests.graphql.live import serving
from tests.views.client import browsing
from views import asset, error, graphiql

RUN = ".graphiql-execute-button"
ANSWER = ".result-window .CodeMirror-code"


@pytest.fixture
def in_production(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AFTERLOAN_ENVIRONMENT", "production")
    settings.cache_clear()
    yield
    settings.cache_clear()


async def test_it_loads_nothing_from_elsewhere() -> None:
    async with browsing(graphiql.routes) as tab:
        page = await tab.get("/graphiql")
    assert page.status_code == 200
    assert "//" not in page.text.replace("<!doctype", "")


@pytest.mark.usefixtures("in_production")
async def test_it_is_not_there_in_production() -> None:
    async with browsing(graphiql.routes) as tab:
        assert (await tab.get("/graphiql")).status_code == 404


@pytest.mark.usefixtures("in_production")
async def test_the_operator_may_want_it_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERLOAN_GRAPHIQL", "true")
    settings.cache_clear()
    async with browsing(graphiql.routes) as tab:
        assert (await tab.get("/graphiql")).status_code == 200


@pytest.mark.journey
@pytest.mark.usefixtures("database")
async def test_a_query_is_run_under_our_policy() -> None:
    api = Api(integrator(*ALL_SCOPES))
    endpoint = GraphQLOverHttp(schema(), api._authenticate)
    app = Starlette(
        routes=[Route("/graphql", endpoint), *graphiql.routes, *asset.routes],
        middleware=[Middleware(SecurityHeaders, secure=False)],
        exception_handlers=error.handlers,
    )
    async with serving(app) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        )
        page = await browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda fault: complaints.append(str(fault)))

        def hear(said: ConsoleMessage) -> None:
            if said.type == "error":
                complaints.append(said.text)

        page.on("console", hear)
        await page.goto(f"{address}/graphiql")
        await _type(page, ".graphiql-editor-tool", '{"Authorization": "Bearer good"}')
        await _type(page, ".graphiql-query-editor", "{ __typename }")
        await page.click(RUN)
        await page.wait_for_selector(f"{ANSWER} >> text=Query")
        await page.click('[aria-label="Show Documentation Explorer"]')
        await page.wait_for_selector(".graphiql-doc-explorer >> text=Mutation")
        await browser.close()
    # The schema was not asked for before there was a token.
    assert complaints == []


async def _type(page: Page, editor: str, text: str) -> None:
    await page.click(f"{editor} .CodeMirror >> visible=true")
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(text)
