"""Payments that were taken back: in a column of their own, or as rows that name them."""

from datetime import date
from pathlib import Path

import pytest

from app import database as db
from app.operation.models import ImportState
from tests.app.operation.book import books
from tests.app.operation.book.truth import Known, differences

pytestmark = pytest.mark.usefixtures("database")

LOANS = (
    "loan_key,principal,annual_rate,method,instalment_count,disbursed_on\nA,300,0,flat,3,2026-01-10"
)
HEADING = "payment_key,loan_key,paid_on,amount,reversed_on,reverses\n"
FIRST, SECOND = "P1,A,2026-02-10,100,,\n", "P2,A,2026-03-01,100,,\n"
TAKEN_BACK = "R1,A,2026-03-05,-100,,P1\n"
DUE = [(date(2026, 2, 10), 10_000), (date(2026, 3, 10), 10_000), (date(2026, 4, 10), 10_000)]
# What was taken back counts on no day.
KNOWN = {"A": Known(date(2026, 1, 10), DUE, [(date(2026, 3, 1), 10_000)])}
UNTIL = date(2026, 4, 30)
BOOK = "[book]\nas_of = 2026-04-30\n"


async def brought(folder: Path, payments: str) -> list[str]:
    files = {"loans.csv": LOANS, "payments.csv": HEADING + payments, "book.toml": BOOK}
    return books.told(await books.bring_in(books.write(folder, files)))


async def reversals() -> list[tuple[date, date]]:
    found = await db.rows(
        "SELECT payment.value_on AS paid, reversal.value_on AS back FROM payment"
        " JOIN loan_event reversal ON reversal.customer_id = payment.customer_id"
        " AND reversal.id = payment.reversal_event_id"
    )
    return [(row["paid"], row["back"]) for row in found]


async def events() -> list[str]:
    found = await db.rows("SELECT kind FROM loan_event ORDER BY customer_id, sequence")
    return [row["kind"] for row in found]


@pytest.mark.parametrize(
    "payments",
    [
        FIRST.replace(",,", ",2026-03-05,") + SECOND,
        FIRST + SECOND + TAKEN_BACK,
        TAKEN_BACK.replace("-100", "100") + SECOND + FIRST + FIRST,
    ],
    ids=["column", "row", "row-before-its-payment"],
)
async def test_what_was_taken_back_never_counted(payments: str, tmp_path: Path) -> None:
    assert await brought(tmp_path / "b", payments) == []
    assert await differences(KNOWN, UNTIL) == (4, [])
    assert await reversals() == [(date(2026, 2, 10), date(2026, 3, 5))]
    # The same once more, in another file, changes nothing.
    assert await brought(tmp_path / "again", payments + "\n") == []
    assert await events() == ["opened", "payment", "payment", "reversal"]


@pytest.mark.parametrize(
    "later",
    [TAKEN_BACK, FIRST.replace(",,", ",2026-03-05,"), FIRST + SECOND + TAKEN_BACK],
    ids=["row", "column", "all-of-it"],
)
async def test_a_later_file_takes_back_what_the_book_has(later: str, tmp_path: Path) -> None:
    assert await brought(tmp_path / "b", FIRST + SECOND) == []
    assert await reversals() == []
    assert await brought(tmp_path / "later", later) == []
    assert await differences(KNOWN, UNTIL) == (4, [])
    assert await reversals() == [(date(2026, 2, 10), date(2026, 3, 5))]
    assert await brought(tmp_path / "again", later + "\n") == []
    assert await events() == ["opened", "payment", "payment", "reversal"]


async def test_payments_without_keys_are_taken_back_by_day_and_amount(tmp_path: Path) -> None:
    bare, back = ",A,2026-02-10,100,,\n", ",A,2026-02-10,100,2026-03-05,\n"
    assert await brought(tmp_path / "b", bare + bare) == []
    assert await brought(tmp_path / "later", back + bare) == []
    assert await reversals() == [(date(2026, 2, 10), date(2026, 3, 5))]
    assert await brought(tmp_path / "again", bare + back + "\n") == []
    assert await events() == ["opened", "payment", "payment", "reversal"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("R1,A,2026-03-05,-100,,P9\n", "F reverses PAYMENT_UNKNOWN"),
        ("R1,A,2026-03-05,-99,,P1\n", "D amount REVERSAL_DIFFERS"),
        ("R1,A,2026-02-09,-100,,P1\n", "E reversed_on REVERSED_BEFORE_PAID"),
        ("R1,A,2026-05-01,-100,,P1\n", "C paid_on DATE_FUTURE"),
        ("R1,A,2026-03-05,-100,,\n", "D amount AMOUNT_NOT_POSITIVE"),
    ],
    ids=["unknown", "other-amount", "before", "future", "nameless"],
)
async def test_a_reversal_that_fits_nothing_is_told(row: str, told: str, tmp_path: Path) -> None:
    line = 2 if "REVERSED" in told else 3
    assert await brought(tmp_path / "b", FIRST + row) == [f"payments.csv:{line}:{told}"]
    assert await db.value("SELECT count(*) FROM loan") == 0
    assert await db.value("SELECT state FROM import_run") == ImportState.refused
