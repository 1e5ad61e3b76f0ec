"""Other lenders' exports, as they are, through a mapping."""

import gzip
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from app import database as db
from app.operation.book.errors import MappingInvalid
from app.operation.book.mapping import parse_mapping
from app.operation.models import ImportState
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")

GERMAN: Mapping[str, str | bytes] = {
    "kredite.csv": "Konto;Name;Vorname;Betrag;Zins;Laufzeit;Auszahlung;Art;Score\n"
    "7001;Koch;Anna;12.000,00;12,0;3;05.01.2026;A;0815\n",
    "buchungen.txt.gz": gzip.compress(
        "Konto;Datum;Soll;Haben;Gebühr;Typ\n"
        "7001;05.02.2026;;4.085,27;5,00;Z\n"
        "7001;06.02.2026;1,00;;;S\n".encode("cp1252")
    ),
}
GERMAN_MAPPING = """
[book]
currency = "EUR"
as_of = 2026-03-31
delimiter = ";"
decimal = ","
thousands = "."
dates = ["DD.MM.YYYY"]

[loans]
file = "kredite.csv"
[loans.columns]
loan_key = "Konto"
principal = "Betrag"
annual_rate = "Zins"
instalment_count = "Laufzeit"
disbursed_on = "Auszahlung"
customer_key = { join = ["Konto", "Name"], separator = "/" }
[loans.columns.method]
column = "Art"
codes = { A = "equal_instalment" }

[customers]
file = "kredite.csv"
[customers.columns]
customer_key = { join = ["Konto", "Name"], separator = "/" }
name = { join = ["Vorname", "Name"], separator = " " }
language = { value = "en" }

[payments]
file = "buchungen.*"
encoding = "cp1252"
where = [{ column = "Typ", among = ["Z"] }]
[payments.columns]
loan_key = "Konto"
paid_on = "Datum"
amount = "Haben"
other = "Gebühr"
"""


async def test_a_german_export_with_terms_only(tmp_path: Path) -> None:
    report = await books.bring_in(books.write(tmp_path / "b", GERMAN), mapping=GERMAN_MAPPING)
    assert books.told(report) == []
    loan = await db.row("SELECT * FROM loan")
    assert loan is not None
    assert (loan["currency"], loan["principal_minor"]) == ("EUR", 1_200_000)
    assert loan["annual_rate"] == Decimal("0.12")
    # 4.085,27 less 5,00 of fees is the first instalment, 4.080,27.
    assert (loan["overdue_since"], loan["disbursed_on"]) == (date(2026, 3, 5), date(2026, 1, 5))
    extra = loan["extra"]
    kept = extra if isinstance(extra, dict) else msgspec.json.decode(extra)
    # What no other column became; leading zeros stay.
    assert kept["Score"] == "0815"
    paid = await db.row("SELECT amount_minor, fee_minor, surplus_minor FROM payment")
    assert paid == {"amount_minor": 408_527, "fee_minor": 500, "surplus_minor": 0}


async def test_one_wide_file_with_payments_side_by_side(tmp_path: Path) -> None:
    wide = (
        "借据,放款,本金,due_1,amt_1,paid_1,on_1,due_2,amt_2,paid_2,on_2\n"
        "A1,2026年1月5日,200,20260205,105.00,105.00,20260204,20260305,105.00,,\n"
    )
    mapping = """
[book]
as_of = 2026-03-31
dates = ["YYYYMMDD", "YYYY年M月D日"]
[loans]
file = "all.csv"
extra = false
[loans.columns]
loan_key = "借据"
disbursed_on = "放款"
principal = "本金"
[instalments]
file = "all.csv"
repeat = "1..2"
[instalments.columns]
loan_key = "借据"
number = { value = "{n}" }
due_on = "due_{n}"
amount = "amt_{n}"
[payments]
file = "all.csv"
repeat = "paid_*"
extra = false
[payments.columns]
loan_key = "借据"
amount = "paid_{n}"
paid_on = "on_{n}"
"""
    report = await books.bring_in(books.write(tmp_path / "b", {"all.csv": wide}), mapping=mapping)
    assert books.told(report) == []
    rows = await db.rows("SELECT principal_minor, interest_minor FROM instalment ORDER BY number")
    assert [tuple(row.values()) for row in rows] == [(10000, 500), (10000, 500)]
    assert await db.value("SELECT overdue_since FROM loan") == date(2026, 3, 5)


async def test_days_from_another_date_and_an_instalment_paid_in_two(tmp_path: Path) -> None:
    """As an instalments-payments table has it: one row for each payment, days before a date."""
    table = (
        "LOAN,NUM,DAYS_DUE,DAYS_PAID,AMT_DUE,AMT_PAID\n"
        "9,1,-60,-61,50.00,20.00\n9,1,-60,-59,50.00,30.00\n9,2,-30,,50.00,\n"
    )
    loans = "LOAN,SUM\n9,100\n"
    mapping = """
[book]
currency = "USD"
as_of = 2018-01-01
[loans]
file = "loans.csv"
[loans.columns]
loan_key = "LOAN"
principal = "SUM"
disbursed_on = { value = 2017-10-01 }
[instalments]
file = "pay.csv"
[instalments.columns]
loan_key = "LOAN"
number = "NUM"
due_on = { column = "DAYS_DUE", days_from = 2018-01-01 }
amount = "AMT_DUE"
[payments]
file = "pay.csv"
where = [{ column = "AMT_PAID", above = 0 }]
extra = false
[payments.columns]
loan_key = "LOAN"
paid_on = { column = "DAYS_PAID", days_from = 2018-01-01 }
amount = "AMT_PAID"
"""
    files = {"loans.csv": loans, "pay.csv": table}
    report = await books.bring_in(books.write(tmp_path / "b", files), mapping=mapping)
    assert books.told(report) == []
    assert await db.value("SELECT count(*) FROM instalment") == 2
    assert await db.value("SELECT overdue_since FROM loan") == date(2017, 12, 2)
    settled = await db.value("SELECT settled_on FROM instalment WHERE number = 1")
    assert settled == date(2017, 11, 3)


async def test_what_is_not_supported_is_said(tmp_path: Path) -> None:
    events = "loan_key,happened_on,kind\nL1,2026-01-05,re_aged\nL2,2026-01-05,ignore\n"
    report = await books.bring_in(books.write(tmp_path / "book", events=events))
    assert report.state is ImportState.refused
    assert books.told(report) == ["events.csv:2:C kind EVENT_UNSUPPORTED"]


async def test_chinese_headings_need_no_mapping(tmp_path: Path) -> None:
    files: Mapping[str, str] = {
        "loans.csv": "借据编号,贷款本金,年利率,还款方式,期数,放款日\n"
        "X1,300,12,等额本息,3,2026-01-05\n",
        "payments.csv": "借据编号,还款日,还款金额\nX1,2026-02-05,102.01\n",
        "book.toml": "[book]\nas_of = 2026-03-01\n",
    }
    report = await books.bring_in(books.write(tmp_path / "book", files))
    assert books.told(report) == []
    assert await db.value("SELECT count(*) FROM instalment WHERE settled_on IS NOT NULL") == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[loan]\nfile='x'", "did you mean “loans”"),
        ("[loans]\nfil='x'", "[loans] knows no “fil”; did you mean “file”"),
        ("[loans.columns]\nloan='x'", "knows no “loan”"),
        ("[loans.columns]\nloan_key={}", "it names 0"),
        ("[book", "It is no TOML; look at line 1, column 6."),
        ("[book]\nunit='grosz'", "[book]: “unit” cannot be “grosz”; known are major, minor,"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(text: str, problem: str) -> None:
    with pytest.raises(MappingInvalid) as refused:
        parse_mapping(text)
    assert problem in str(refused.value)
