"""The journeys' book: a generated one, and four borrowers whose every figure is known."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from app.operation.generator.block import Wanted
from app.operation.generator.book import generate

AS_OF = date(2026, 3, 15)
LOANS = 150
SEED = 7


class Borrower(NamedTuple):
    key: str
    name: str
    pinyin: str
    phone: str
    email: str
    # The due date of the first of three instalments of ¥1,010.00.
    first_due_on: date

    @property
    def loan(self) -> str:
        return f"JOURNEY-{self.key}"


# Late for 10 days, of the team of whoever signs in first: his card is dragged.
DRAGGED = Borrower("drag", "欧阳若溪", "ouyangruoxi", "15400010001", "", AS_OF - timedelta(days=10))
# Late too; a payment cures him, and his card leaves.
CURED = Borrower("cure", "司马云帆", "simayunfan", "15400010002", "", AS_OF - timedelta(days=20))
# On time until the next business date, on which his instalment is one day late: he hears of it.
REMINDED = Borrower(
    "remind", "诸葛听雨", "zhugetingyu", "15400010003", "zhuge@journey.example", AS_OF
)
# Looked up by everything he has.
SOUGHT = Borrower("seek", "夏侯知微", "xiahouzhiwei", "15400010004", "", AS_OF - timedelta(days=45))
BORROWERS = (DRAGGED, CURED, REMINDED, SOUGHT)


def write_book(folder: Path) -> None:
    generate(Wanted(loans=LOANS, seed=SEED, as_of=AS_OF), folder)
    for borrower in BORROWERS:
        _add(folder / "customers.csv", _customer(borrower))
        _add(folder / "loans.csv", _loan(borrower))
        for number in (1, 2, 3):
            _add(folder / "instalments.csv", _instalment(borrower, number))


def _customer(borrower: Borrower) -> dict[str, str]:
    return {
        "customer_key": f"K-{borrower.key}",
        "name": borrower.name,
        "kind": "person",
        "language": "zh",
        "phone": borrower.phone,
        "email": borrower.email,
        "branch": "hangzhou",
        "team": "east-1",
    }


def _loan(borrower: Borrower) -> dict[str, str]:
    return {
        "loan_key": borrower.loan,
        "customer_key": f"K-{borrower.key}",
        "product": "消费分期",
        "currency": "CNY",
        "principal": "3000.00",
        "annual_rate": "4",
        "instalment_count": "3",
        "disbursed_on": str(borrower.first_due_on - timedelta(days=31)),
        "first_due_on": str(borrower.first_due_on),
        "matures_on": str(_due(borrower, 3)),
    }


def _instalment(borrower: Borrower, number: int) -> dict[str, str]:
    return {
        "loan_key": borrower.loan,
        "number": str(number),
        "due_on": str(_due(borrower, number)),
        "principal": "1000.00",
        "interest": "10.00",
    }


def _due(borrower: Borrower, number: int) -> date:
    return borrower.first_due_on + timedelta(days=60 * (number - 1))


def _add(path: Path, row: dict[str, str]) -> None:
    """In the order of the file's own columns; what it lacks stays empty."""
    with path.open(encoding="utf-8", newline="") as lines:
        columns = next(csv.reader(lines))
    assert set(row) <= set(columns), f"{path.name} has no {set(row) - set(columns)}"
    text = path.read_text(encoding="utf-8")
    with path.open("a", encoding="utf-8", newline="") as lines:
        if not text.endswith("\n"):
            lines.write("\n")
        csv.writer(lines, lineterminator="\n").writerow(row.get(name, "") for name in columns)
