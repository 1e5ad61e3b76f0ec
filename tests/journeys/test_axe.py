"""Every page in both languages and both themes, on a desk and on a phone: no violation of WCAG
2.2 AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import SignIn
from tests.package import npm_file

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Who opens what; a page of one borrower is found through the look-up.
PAGES = {
    "collector": ["/collection/board", "/customer", "/setting"],
    "management": ["/report"],
    "administrator": [
        "/operation/audit",
        "/operation/day",
        "/operation/import",
        "/operation/setting",
    ],
}
LOOKS = [
    ("zh-CN", "light", False),
    ("zh-CN", "dark", True),
    ("en", "light", True),
    ("en", "dark", False),
]


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize(("language", "theme", "phone"), LOOKS)
def test_pages_are_open_to_everybody(
    sign_in: SignIn, shots: Path, role: str, language: str, theme: str, phone: bool
) -> None:
    page = sign_in(role, language=language, theme=theme, phone=phone)
    for path in PAGES[role]:
        page.goto(path)
        look(page, shots, path, f"{language}-{theme}-{'phone' if phone else 'desk'}")


@pytest.mark.parametrize(("language", "theme", "phone"), LOOKS)
def test_a_borrower_and_his_loan_are_open_to_everybody(
    sign_in: SignIn, shots: Path, language: str, theme: str, phone: bool
) -> None:
    page = sign_in("collector", language=language, theme=theme, phone=phone)
    page.goto("/collection/board")
    page.goto(page.locator(".card-name").first.get_attribute("href") or "")
    name = f"{language}-{theme}-{'phone' if phone else 'desk'}"
    look(page, shots, "/customer-page", name)
    page.goto(page.locator("main a[href*='/loan/']").first.get_attribute("href") or "")
    look(page, shots, "/loan-page", name)


def look(page: Page, shots: Path, path: str, name: str) -> None:
    page.screenshot(path=shots / f"{path.strip('/').replace('/', '-')}-{name}.png")
    page.evaluate(npm_file("axe.min.js").read_text())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    wrong = [
        (one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]
    ]
    assert found["passes"], "axe looked at nothing"
    assert wrong == [], path
