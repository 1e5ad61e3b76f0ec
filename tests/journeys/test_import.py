"""A book is brought in through the page, by a worker: first with a fault, then without one."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.app.operation.book import books
from tests.journeys.conftest import SignIn
from tests.journeys.test_axe import look


def test_a_faulty_book_is_mended_and_written(sign_in: SignIn, shots: Path, tmp_path: Path) -> None:
    page = sign_in("administrator", language="en")
    tables = {name: text for name, text in books.BOOK.items() if name != "book.toml"}
    faulty = {**tables, "payments.csv": books.PAYMENTS.replace("2026-01-05", "2026-02-30")}
    for name, text in {"faulty": faulty, "good": tables}.items():
        books.write(tmp_path / name, text)
    page.goto("/operation/import")
    page.locator("#files").set_input_files(sorted((tmp_path / "faulty").iterdir()))
    page.get_by_role("button", name="Check the files").click()
    expect(page.get_by_text("1 fault was found; nothing was written.")).to_be_visible(timeout=30000)
    expect(page.locator(".errors tbody tr")).to_contain_text("payments.csv")
    look(page, shots, "/import-faults", "en")

    page.goto("/operation/import")
    page.locator("#files").set_input_files(sorted((tmp_path / "good").iterdir()))
    page.get_by_role("button", name="Check the files").click()
    expect(page.get_by_text("Checked without a fault.")).to_be_visible(timeout=30000)
    look(page, shots, "/import-checked", "en")
    page.get_by_role("button", name="Write it into the book").click()
    expect(page.get_by_text("All of it is in the book.")).to_be_visible(timeout=30000)
    expect(page).to_have_url(re.compile(r"/operation/import/\d+$"))
