"""Every loan on past dates, as a lender holds it beside his servicer's own figures."""

from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient

from tests.app.command.shell import afterloan
from tests.app.operation.book import books

HEADING = "loan_key,on,days_past_due,bucket,overdue,currency"


async def test_standing_of_every_loan_as_csv(database: BaseDBAsyncClient, tmp_path: Path) -> None:
    assert afterloan("import", str(books.write(tmp_path / "book"))).returncode == 0
    told = afterloan("standing", "--month-ends")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == [
        HEADING,
        "L1,2025-10-31,0,0,0.00,CNY",
        "L1,2025-11-30,0,0,0.00,CNY",
        "L1,2025-12-31,11,1,1020.07,CNY",
        "L1,2026-01-31,11,1,540.13,CNY",
        "L1,2026-02-28,39,2,540.13,CNY",
        "L2,2025-10-31,0,0,0.00,CNY",
        "L2,2025-11-30,0,0,0.00,CNY",
        "L2,2025-12-31,30,1,111.00,CNY",
        "L2,2026-01-31,61,3,221.00,CNY",
        "L2,2026-02-28,89,3,330.00,CNY",
        "L3,2025-12-31,0,0,0.00,CNY",
        "L3,2026-01-31,0,0,0.00,CNY",
        "L3,2026-02-28,13,1,306.00,CNY",
    ]
    # The day itself when nothing is said; what has not come yet is left out.
    today = afterloan("standing").stdout.splitlines()
    assert [line.split(",")[:3] for line in today[1:]] == [
        ["L1", "2026-03-15", "54"], ["L2", "2026-03-15", "104"], ["L3", "2026-03-15", "28"],
    ]  # fmt: skip
    asked = afterloan("standing", "--on", "2026-02-28", "--on", "2026-04-30").stdout
    assert [line.split(",")[1] for line in asked.splitlines()[1:]] == ["2026-02-28"] * 3


async def test_a_book_without_loans_has_the_heading_only(database: BaseDBAsyncClient) -> None:
    assert afterloan("standing", "--month-ends").stdout.splitlines() == [HEADING]
