import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.engine.browser import find_browser
from app.engine.errors import NoBrowser
from tests.journeys.product import Product, running

# Looked at after a run; not committed.
SHOTS = Path(__file__).with_name("shots")
# The person of each role on the development provider's page, by the number of its key.
KEYS = {
    "collector": "1",
    "lead": "2",
    "credit_manager": "3",
    "risk_officer": "4",
    "service": "5",
    "management": "6",
    "administrator": "7",
}
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

SignIn = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    with (
        tempfile.TemporaryDirectory(prefix="afterloan-journey-") as folder,
        running(Path(folder)) as started,
    ):
        yield started


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the journeys: while it is open its loop runs, and no other may."""
    try:
        executable = find_browser()
    except NoBrowser as missing:
        pytest.skip(f"no browser to drive: {missing}")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--headless=shell"]
        started = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield started
        started.close()


@pytest.fixture
def sign_in(browser: Browser, product: Product) -> Iterator[SignIn]:
    """`sign_in("collector")` is a page on which that person has just arrived. What a page writes to
    the console as an error fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def arrive(
        role: str, *, language: str = "zh-CN", theme: str = "light", phone: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=product.url,
            locale=language,
            color_scheme="dark" if theme == "dark" else "light",
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.goto("/signin/start")
        page.keyboard.press(KEYS[role])
        page.wait_for_url(lambda url: "/dev/idp" not in url)
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def shots() -> Path:
    SHOTS.mkdir(exist_ok=True)
    return SHOTS
