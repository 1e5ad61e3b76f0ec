"""A book in the neutral format with as many payments as wanted, written without making it up: every
loan alike, every instalment paid on its day."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.loan.schedule import Frequency, due_dates

PAYMENTS_A_LOAN = 25
PRINCIPAL, INTEREST = "400.00", "35.50"
FIRST_DUE_ON, AS_OF = date(2024, 1, 15), date(2026, 3, 31)

BOOK = f"""\
[book]
currency = "CNY"
as_of = {AS_OF}
"""
HEADERS = {
    "customers": "customer_key,name,phone,email,id_number,branch,team",
    "loans": "loan_key,customer_key,product,principal,annual_rate,method,instalment_count,"
    "disbursed_on,first_due_on",
    "instalments": "loan_key,number,due_on,principal,interest",
    "payments": "payment_key,loan_key,paid_on,amount,channel",
}


def write_files(folder: Path, payments: int) -> int:
    """The rows written."""
    loans = -(-payments // PAYMENTS_A_LOAN)
    lines = {
        "customers": _customers(loans),
        "loans": _loans(loans),
        "instalments": _instalments(loans),
        "payments": _payments(loans),
    }
    folder.mkdir(parents=True)
    (folder / "book.toml").write_text(BOOK)
    return sum(_write(folder / f"{name}.csv", HEADERS[name], lines[name]) for name in lines)


def _write(path: Path, header: str, lines: Iterator[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        for line in lines:
            file.write(line + "\n")
            count += 1
    return count


def _customers(loans: int) -> Iterator[str]:
    for n in range(loans):
        number = f"99000019800101{n % 10_000:04d}"
        yield f"K{n},林思远{n},154{n:08d},k{n}@example.com,{number},hangzhou,east-{n % 20}"


def _loans(loans: int) -> Iterator[str]:
    for n in range(loans):
        yield f"L{n},K{n},XJD,10000.00,8.52,flat,{PAYMENTS_A_LOAN},2023-12-15,{FIRST_DUE_ON}"


def _instalments(loans: int) -> Iterator[str]:
    for n in range(loans):
        for number, on in enumerate(_days(), start=1):
            yield f"L{n},{number},{on},{PRINCIPAL},{INTEREST}"


def _payments(loans: int) -> Iterator[str]:
    """By day, as a till sees them: a loan's own lie far apart."""
    for number, on in enumerate(_days(), start=1):
        for n in range(loans):
            yield f"P{n}-{number},L{n},{on},435.50,direct_debit"


def _days() -> list[date]:
    return due_dates(FIRST_DUE_ON, PAYMENTS_A_LOAN, Frequency.monthly)
