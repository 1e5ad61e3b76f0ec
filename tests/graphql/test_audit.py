"""The audits of npm's graphql-http, the reference for GraphQL over HTTP, all of them."""

from typing import Any

import pytest
from playwright.async_api import async_playwright

from app.engine.browser import find_browser
from tests.graphql.client import ALL_SCOPES, Api, integrator
from tests.graphql.live import serving
from tests.package import npm_file

AUDITS = 61
RUN = """
async (url) => {
  const withToken = (url, options = {}) =>
    fetch(url, { ...options, headers: { authorization: "Bearer good", ...options.headers } });
  const audits = graphqlHttpAudits.serverAudits({ url, fetchFn: withToken });
  const told = [];
  for (const audit of audits) {
    const { id, name, status, reason } = await audit.fn();
    told.push({ id, name, status, reason });
  }
  return told;
}
"""


@pytest.mark.usefixtures("database")
async def test_every_audit_of_graphql_over_http_passes() -> None:
    async with serving(Api(integrator(*ALL_SCOPES)).app) as address:
        told = await _audited(f"{address}/graphql")

    assert [audit for audit in told if audit["status"] != "ok"] == []
    assert len(told) == AUDITS


async def _audited(url: str) -> list[dict[str, Any]]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(url)
        await page.add_script_tag(content=npm_file("graphql-http-audits.js").read_text())
        told: list[dict[str, Any]] = await page.evaluate(RUN, url)
        await browser.close()
    return told
