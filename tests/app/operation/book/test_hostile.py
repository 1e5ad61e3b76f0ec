"""Payments files with every kind of bad row: told by line and column, nothing written."""

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from app import database as db
from app.i18n import speaking
from app.operation.book.run import Report
from app.operation.models import ImportState
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")

HEADER = "payment_key,loan_key,paid_on,amount,channel\n"
GOOD = "P1,L1,2025-11-20,1020.07,direct_debit\n"


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("payments.csv", HEADER + GOOD)
    return archive.getvalue()


# The third loan was closed on 1 February.
CLOSED = "".join(
    f"{line},{end}\n"
    for line, end in zip(books.LOANS.splitlines(), ("closed_on", "", "", "2026-02-01"), strict=True)
)

FILES: Mapping[str, tuple[str | bytes, list[str]]] = {
    "empty": (b"", ["1:A  FILE_EMPTY"]),
    "quote never closed": (
        HEADER + 'P1,"L1,2025-11-20,1020.07,x\n' + GOOD.replace("P1", "P2"),
        ["2:B  QUOTE_NOT_CLOSED"],
    ),
    "quote in the middle": (
        HEADER + 'P1,L1,"2025-11-20"x,1020.07,y\n',
        ["2:C  QUOTE_MISPLACED"],
    ),
    "utf-16": ((HEADER + GOOD).encode("utf-16"), ["1:A  FILE_ENCODING"]),
    "utf-16 without a mark": ((HEADER + GOOD).encode("utf-16-le"), ["1:A  FILE_ENCODING"]),
    "gb18030": (
        (HEADER + GOOD.replace("direct_debit", "银行代扣")).encode("gb18030"),
        ["2:E  FILE_ENCODING"],
    ),
    "missing column": (
        "payment_key,loan_key,paid_on,channel\nP1,L1,2025-11-20,x\n",
        ["1:A amount COLUMN_MISSING"],
    ),
    "doubled column": (
        "payment_key,loan_key,paid_on,amount,amount\nP1,L1,2025-11-20,1.00,1.00\n",
        ["1:E amount COLUMN_DOUBLED"],
    ),
    "unknown loan": (
        HEADER + "P1,L9,2025-11-20,1020.07,x\n",
        ["2:B loan_key LOAN_UNKNOWN"],
    ),
    "closed loan": (
        HEADER + "P1,L3,2026-02-02,300.00,x\n",
        ["2:C paid_on LOAN_CLOSED"],
    ),
    "no number": (HEADER + "P1,L1,2025-11-20,NaN,x\n", ["2:D amount NUMBER_IS_NONE"]),
    "infinity": (HEADER + "P1,L1,2025-11-20,Infinity,x\n", ["2:D amount NUMBER_IS_NONE"]),
    "exponent": (HEADER + "P1,L1,2025-11-20,1.02e3,x\n", ["2:D amount NUMBER_HAS_EXPONENT"]),
    "thousands": (
        HEADER + 'P1,L1,2025-11-20,"1,020.07",x\n',
        ["2:D amount NUMBER_IS_GROUPED"],
    ),
    "full width": (HEADER + "P1,L1,2025-11-20,１０２０,x\n", ["2:D amount NUMBER_NOT_ASCII"]),
    "three decimals": (HEADER + "P1,L1,2025-11-20,1.005,x\n", ["2:D amount AMOUNT_TOO_PRECISE"]),
    "beyond any amount": (
        HEADER + "P1,L1,2025-11-20,99999999999999999999,x\n",
        ["2:D amount NUMBER_TOO_LARGE"],
    ),
    "nothing": (HEADER + "P1,L1,2025-11-20,0.00,x\n", ["2:D amount AMOUNT_NOT_POSITIVE"]),
    "negative": (HEADER + "P1,L1,2025-11-20,-5.00,x\n", ["2:D amount AMOUNT_NOT_POSITIVE"]),
    "empty amount": (HEADER + "P1,L1,2025-11-20,,x\n", ["2:D amount VALUE_MISSING"]),
    "30 February": (HEADER + "P1,L1,2026-02-30,5.00,x\n", ["2:C paid_on DATE_NOT_IN_CALENDAR"]),
    "another form": (HEADER + "P1,L1,20.11.2025,5.00,x\n", ["2:C paid_on DATE_UNREADABLE"]),
    "future": (HEADER + "P1,L1,2026-03-16,5.00,x\n", ["2:C paid_on DATE_FUTURE"]),
    "before the disbursement": (
        HEADER + "P1,L1,2025-10-19,5.00,x\n",
        ["2:C paid_on BEFORE_DISBURSEMENT"],
    ),
    "doubled key with another amount": (
        HEADER + GOOD + GOOD.replace("1020.07", "1020.08"),
        ["3:A payment_key KEY_DOUBLED"],
    ),
    "NUL": (HEADER + "P1,L1,2025-11-20,5.00,a\0b\n", ["2:E  CONTROL_CHARACTER"]),
    "a field of 1 MB": (
        HEADER + "P1,L1,2025-11-20,5.00," + "x" * 1_000_000 + "\n",
        ["2:E channel TEXT_TOO_LONG"],
    ),
    "formula": (
        HEADER + "P1,L1,2025-11-20,5.00,=cmd|' /C calc'!A0\n",
        ["2:E channel TEXT_IS_FORMULA"],
    ),
    "formula as a key": (
        HEADER + "=1+1,L1,2025-11-20,5.00,x\n",
        ["2:A payment_key TEXT_IS_FORMULA"],
    ),
    "key that a spreadsheet shortened": (
        HEADER + "1.00006E+11,L1,2025-11-20,5.00,x\n",
        ["2:A payment_key KEY_SHORTENED"],
    ),
    "zip": (zipped(), ["1:A  FILE_IS_ZIP"]),
    "old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        ["1:A  FILE_IS_SPREADSHEET"],
    ),
    "pdf": (b"%PDF-1.7\n", ["1:A  FILE_IS_NO_TEXT"]),
    "gzip cut off": (gzip.compress((HEADER + GOOD * 9).encode())[:-9], ["1:A  FILE_DAMAGED"]),
    "lone surrogates": (
        (HEADER + "P1,L1,2025-11-20,5.00,").encode() + b"\xed\xa0\x80\n",
        ["2:E  BYTES_BROKEN"],
    ),
    "stray bytes": (
        (HEADER + "P1,L1,2025-11-20,5.00,").encode() + b"caf\xe9\n",
        ["2:E  BYTES_BROKEN"],
    ),
    "too few cells": (HEADER + "P1,L1,2025-11-20\n", ["2:C paid_on CELLS_COUNT"]),
    "too many cells": (HEADER + GOOD.strip() + ",1,2\n", ["2:F  CELLS_COUNT"]),
    "a line without end": (HEADER + "x" * 4_200_000, ["2:A  LINE_TOO_LONG"]),
    "several in one row": (
        HEADER + "P1,L1,2026-02-30,NaN,=x\n",
        [
            "2:C paid_on DATE_NOT_IN_CALENDAR",
            "2:D amount NUMBER_IS_NONE",
            "2:E channel TEXT_IS_FORMULA",
        ],
    ),
    "several in one file": (
        HEADER + "P1,L1,2026-02-30,5.00,x\n" + GOOD.replace("P1", "P2") + "P3,L9,2026-02-01,5,x\n",
        ["2:C paid_on DATE_NOT_IN_CALENDAR", "4:B loan_key LOAN_UNKNOWN"],
    ),
}  # fmt: skip


async def _brought(folder: Path, payments: str | bytes) -> Report:
    return await books.bring_in(books.write(folder, loans=CLOSED, payments=payments))


@pytest.mark.parametrize("kind", FILES)
async def test_a_bad_file_is_told_where_it_is_bad(kind: str, tmp_path: Path) -> None:
    payments, faults = FILES[kind]
    report = await _brought(tmp_path / "book", payments)
    assert report.state is ImportState.refused
    assert books.told(report) == [f"payments.csv:{fault}" for fault in faults]
    for table in ("customer", "loan", "loan_event", "payment", "import_batch"):
        assert await db.value(f"SELECT count(*) FROM {table}") == 0, table
    for fault in report.faults:
        for language in ("en", "zh-CN"):
            with speaking(language):
                assert fault.text(language)
                assert fault.mend(language)
                assert "{" not in fault.line(language)
        assert fault.text("en") != fault.text("zh-CN")


async def test_the_same_book_without_the_bad_file_comes_in(tmp_path: Path) -> None:
    report = await _brought(tmp_path / "book", HEADER + GOOD)
    assert report.state is ImportState.done


async def test_a_million_equal_mistakes_are_counted_and_not_all_kept(tmp_path: Path) -> None:
    rows = "".join(f"P{number},L1,2026-02-30,5.00,x\n" for number in range(20_000))
    tracemalloc.start()
    report = await _brought(tmp_path / "book", HEADER + rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.fault_total == 20_000
    assert len(report.faults) == 5_000
    assert peak < 60_000_000


async def test_a_personal_value_is_masked_where_it_is_told(tmp_path: Path) -> None:
    bad = books.CUSTOMERS.replace("林思远", "=HYPERLINK(1)")
    report = await books.bring_in(books.write(tmp_path / "book", customers=bad))
    assert [fault.value for fault in report.faults] == ["=H••••••1)"]
