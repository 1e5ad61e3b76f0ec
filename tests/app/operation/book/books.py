"""Small books on disk, for tests."""

from collections.abc import Mapping
from pathlib import Path

from app.actor import Actor
from app.operation.book.run import Report, import_book

SYSTEM = Actor.system("tests")

CUSTOMERS = """\
customer_key,name,phone,email,id_number,branch,team
K1,林思远,15400000001,k1@example.com,990000199001010011,hangzhou,east-1
K2,Ada Lovelace,15400000002,,,hangzhou,east-2
"""
LOANS = """\
loan_key,customer_key,product,principal,annual_rate,method,instalment_count,disbursed_on,first_due_on
L1,K1,XJD,3000.00,12,equal_instalment,3,2025-10-20,2025-11-20
L2,K1,XJD,1200.00,12,equal_principal,12,2025-10-01,2025-11-01
L3,K2,CD,900.00,0,flat,3,2025-12-15,2026-01-15
"""
INSTALMENTS = """\
loan_key,number,due_on,principal,interest
L3,1,2026-01-15,300.00,9.00
L3,2,2026-02-15,300.00,6.00
L3,3,2026-03-15,300.00,3.00
"""
PAYMENTS = """\
payment_key,loan_key,paid_on,amount,channel
P1,L1,2025-11-20,1020.07,direct_debit
P2,L1,2026-01-05,1500.00,transfer
P3,L2,2025-11-15,112.00,wallet
P4,L3,2026-01-15,309.00,counter
"""
BOOK_TOML = """\
[book]
currency = "CNY"
as_of = 2026-03-15
"""
BOOK: Mapping[str, str] = {
    "customers.csv": CUSTOMERS,
    "loans.csv": LOANS,
    "instalments.csv": INSTALMENTS,
    "payments.csv": PAYMENTS,
    "book.toml": BOOK_TOML,
}


def write(folder: Path, files: Mapping[str, str | bytes] = BOOK, **changed: str | bytes) -> Path:
    """`changed` replaces tables by name: payments="…"."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**files, **{f"{n}.csv": text for n, text in changed.items()}}.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


async def bring_in(folder: Path, *, mapping: str | None = None, check_only: bool = False) -> Report:
    path = None
    if mapping is not None:
        path = folder.parent / f"{folder.name}.toml"
        path.write_text(mapping)
    return await import_book(SYSTEM, [folder], mapping_path=path, check_only=check_only)


def told(report: Report) -> list[str]:
    """`payments.csv:2:C paid_on DATE_UNREADABLE`, in the order of the lines."""
    return [
        f"{f.place.file}:{f.place.line}:{f.place.letter} {f.place.column} {f.code}"
        for f in report.faults
    ]
