"""What the product is for, end to end, in the order of one day. Each test leaves what the next
one finds."""

import io
import time
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.journeys.book import AS_OF, CURED, DRAGGED, REMINDED, SOUGHT, Borrower
from tests.journeys.conftest import SignIn
from tests.journeys.product import Product


def card_of(page: Page, borrower: Borrower) -> Locator:
    return page.locator(".card", has_text=borrower.name)


def column(page: Page, key: str) -> Locator:
    return page.locator(f"[data-column={key}]")


def test_1_a_card_is_dragged_and_a_second_browser_sees_it(sign_in: SignIn, shots: Path) -> None:
    collector, lead = sign_in("collector"), sign_in("lead", language="en")
    for page in (collector, lead):
        page.goto("/collection/board")
        expect(column(page, "to_contact").locator(".card", has_text=DRAGGED.name)).to_be_visible()

    drag(collector, card_of(collector, DRAGGED), column(collector, "contacted"))
    moved = column(collector, "contacted").locator(".card", has_text=DRAGGED.name)
    expect(moved).to_be_visible()
    expect(collector.locator(".toast")).to_contain_text(DRAGGED.name)
    collector.screenshot(path=shots / "board-moved.png")

    there = column(lead, "contacted").locator(".card", has_text=DRAGGED.name)
    expect(there).to_be_visible(timeout=5_000)
    collector.reload()
    expect(moved).to_be_visible()


def test_1_the_keyboard_moves_it_back_and_undo_undoes(sign_in: SignIn) -> None:
    page = sign_in("collector")
    page.goto("/collection/board")
    card_of(page, DRAGGED).focus()
    page.keyboard.press("m")
    page.keyboard.press("3")
    expect(column(page, "promised").locator(".card", has_text=DRAGGED.name)).to_be_visible()
    page.locator(".toast-action").click()
    expect(column(page, "contacted").locator(".card", has_text=DRAGGED.name)).to_be_visible()


def test_2_a_payment_through_the_api_makes_the_card_leave(
    sign_in: SignIn, product: Product
) -> None:
    page = sign_in("collector")
    page.goto("/collection/board")
    expect(card_of(page, CURED)).to_be_visible()

    loan_id = loan_of(product, CURED)
    query = """
      mutation Post($input: PostPaymentInput!) {
        postPayment(input: $input) {
          payment { number amount { amount } }
          loan { overdue { amount } daysPastDue }
          userErrors { code message }
        }
      }"""
    order = {
        "loanId": loan_id,
        "amount": {"amount": "1010.00", "currency": "CNY"},
        "valueOn": str(AS_OF),
        "idempotencyKey": "journey-cure",
    }
    told = product.ask(query, input=order)["postPayment"]
    assert isinstance(told, dict)
    assert told["userErrors"] == []
    assert told["loan"] == {"overdue": {"amount": "0.00"}, "daysPastDue": 0}
    expect(card_of(page, CURED)).to_have_count(0, timeout=5_000)


def loan_of(product: Product, borrower: Borrower) -> str:
    query = """query Find($number: String!) {
      loans(first: 1, where: {sourceNumber: {eq: $number}}) { nodes { id } }
    }"""
    found = product.ask(query, number=borrower.loan)["loans"]
    assert isinstance(found, dict)
    return str(found["nodes"][0]["id"])


def test_3_customer_service_finds_a_borrower_by_everything_he_has(
    sign_in: SignIn, shots: Path
) -> None:
    page = sign_in("service")
    for text in (SOUGHT.loan, SOUGHT.name, SOUGHT.phone, SOUGHT.pinyin, "xhzw"):
        page.goto("/customer")
        page.keyboard.press("Control+k")
        page.locator("#palette-input").fill(text)
        hit = page.locator(".palette-item", has_text=SOUGHT.name).first
        expect(hit).to_be_visible(timeout=5_000)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer/**")
    page.screenshot(path=shots / "customer.png")

    page.locator("main a[href*='/loan/']").first.click()
    schedule = page.locator("table.schedule")
    expect(schedule).to_be_visible()
    expect(schedule).to_contain_text("¥1,010.00")
    expect(page.locator("main")).to_contain_text("逾期 45 天")
    page.screenshot(path=shots / "loan.png", full_page=True)


def test_4_and_6_the_day_is_closed_and_the_reminder_goes_out(
    sign_in: SignIn, product: Product, shots: Path
) -> None:
    page = sign_in("administrator")
    page.goto("/operation/day")
    page.screenshot(path=shots / "day-before.png")
    page.locator("main form button.button-primary").first.click()
    dialog = page.locator("#confirm[open] button[value=yes]")
    if dialog.count():
        dialog.click()
    expect(page.locator("main")).to_contain_text("2026年3月16日", timeout=30_000)
    page.screenshot(path=shots / "day-after.png")

    wait_for(lambda: REMINDED.email in product.mailbox.recipients)
    index = product.mailbox.recipients.index(REMINDED.email)
    text = product.mailbox.messages[index].get_body(("plain",))
    assert text is not None
    assert "逾期 1 天" in text.get_content()
    assert product.mailbox.recipients.count(REMINDED.email) == 1

    checked = product.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def wait_for(condition: object, seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.2)


def test_5_the_delinquency_report_is_counted_shown_and_taken_along(
    sign_in: SignIn, shots: Path
) -> None:
    page = sign_in("management", language="en")
    page.goto("/report")
    page.get_by_role("button", name="Run the report").click()
    page.wait_for_url("**/report/*")
    expect(page.locator(".report-table")).to_be_visible(timeout=20_000)
    expect(page.locator(".chart canvas, .chart svg").first).to_be_visible()
    page.screenshot(path=shots / "report.png", full_page=True)

    with page.expect_download() as download:
        page.locator("a[download]").click()
    book = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert book.sheetnames == [
        "By number of loans",
        "By outstanding principal",
        "By overdue amount",
        "Figures",
    ]
    assert book.worksheets[0].max_row > 13

    page.locator("table a.drill").first.click()
    expect(page.locator("#drill tbody tr").first).to_be_visible()


def drag(page: Page, card: Locator, target: Locator) -> None:
    """As a hand does it: down, a few steps, up."""
    start, end = card.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 60, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 120, steps=12)
    page.mouse.up()
