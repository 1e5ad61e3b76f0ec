"""What real exports have in them that no tidy table has."""

from datetime import date
from pathlib import Path

import pytest

from app import database as db
from app.operation.book.errors import MappingInvalid
from app.operation.models import ImportState
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")

CLUB = """
[book]
currency = "USD"
time_zone = "America/New_York"
as_of = 2016-06-30
dates = ["MMM-YYYY"]
day = "last"
[loans]
file = "LoanStats.csv"
skip_lines = 1
skip_last_lines = 2
[loans.columns]
loan_key = "id"
principal = "loan_amnt"
annual_rate = "int_rate"
method = { value = "equal_instalment" }
instalment_count = { column = "term", strip = ["months"] }
instalment_amount = "installment"
disbursed_on = { column = "issue_d", day = 1 }
[loans.columns.closed_reason]
column = "loan_status"
codes = { "Charged Off" = "written_off" }
empty = ["Current"]
[payments]
file = "pmthist.csv"
where = [{ sum = ["PRNCP", "INT"], above = 0 }]
[payments.columns]
loan_key = "LOAN_ID"
paid_on = "MONTH"
amount = { sum = ["PRNCP", "INT", "LATE"] }
other = "LATE"
"""


async def test_a_marketplace_export_with_remarks_above_and_below(tmp_path: Path) -> None:
    files = {
        "LoanStats.csv": "Notes offered by Prospectus, as of today\n"
        '"id","loan_amnt","term","int_rate","installment","issue_d","loan_status"\n'
        # Rounded down by the lender: the annuity is 339.31 and a fraction that rounds up.
        '"7","10000"," 36 months"," 13.56%","339.30","Dec-2015","Current"\n\n'
        "Total amount funded: 10000\n\nTotal amount funded in policy code 2: 0\n",
        "pmthist.csv": "LOAN_ID,MONTH,PRNCP,INT,LATE\n"
        "7,Jan-2016,226.30,113.00,0\n7,Feb-2016,228.86,110.44,15.00\n7,Mar-2016,0,0,0\n",
    }
    report = await books.bring_in(books.write(tmp_path / "b", files), mapping=CLUB)
    assert books.told(report) == []
    assert report.counts == {"loans": 1, "payments": 2}
    rows = await db.rows(
        "SELECT due_on, principal_minor + interest_minor AS due, settled_on"
        " FROM instalment ORDER BY number"
    )
    assert [row["due"] for row in rows[:-1]] == [33_930] * 35
    assert sum(row["due"] for row in rows) > 36 * 33_930
    # A whole instalment was paid, as the lender has it; with ours a cent would be missing.
    assert rows[1] == {
        "due_on": date(2016, 2, 1), "due": 33_930, "settled_on": date(2016, 2, 29),
    }  # fmt: skip
    assert await db.value("SELECT overdue_since FROM loan") == date(2016, 3, 1)


@pytest.mark.parametrize(
    ("loan", "rows"),
    [
        # Nothing but how much and how often: what goes beyond the principal is interest.
        (",,3,40.00,", [("2026-02-10", 3334, 666), ("2026-03-10", 3333, 667),
                        ("2026-04-10", 3333, 667)]),
        ("12,flat,3,34.50,", [("2026-02-10", 3334, 116), ("2026-03-10", 3333, 117),
                              ("2026-04-10", 3333, 117)]),
        ("12,equal_instalment,3,34.00,", [("2026-02-10", 3300, 100), ("2026-03-10", 3333, 67),
                                          ("2026-04-10", 3367, 34)]),
        ("12,equal_instalment,3,0.00,", [("2026-02-10", 3300, 100), ("2026-03-10", 3333, 67),
                                         ("2026-04-10", 3367, 34)]),
        # What is due once is due when the loan ends.
        ("12,bullet,1,,2026-01-24", [("2026-01-24", 10_000, 100)]),
        ("12,bullet,3,,2026-04-30", [("2026-04-30", 10_000, 300)]),
        ("12,flat,1,,2026-01-24", [("2026-01-24", 10_000, 100)]),
    ],
    ids=["amount", "flat", "annuity", "no-amount", "pay-day", "bullet", "single"],
)  # fmt: skip
async def test_schedules_from_what_a_lender_names(
    loan: str, rows: list[tuple[str, int, int]], tmp_path: Path
) -> None:
    files = {
        "loans.csv": "loan_key,principal,disbursed_on,annual_rate,method,instalment_count,"
        f"instalment_amount,matures_on\nA,100,2026-01-10,{loan}\n",
        "book.toml": "[book]\nas_of = 2026-05-31\n",
    }
    report = await books.bring_in(books.write(tmp_path / "b", files))
    assert books.told(report) == []
    made = await db.rows(
        "SELECT due_on, principal_minor, interest_minor FROM instalment ORDER BY number"
    )
    found = [(str(row["due_on"]), row["principal_minor"], row["interest_minor"]) for row in made]
    assert found == rows


@pytest.mark.parametrize(
    ("loan", "told"),
    [(",,3,-40.00", "AMOUNT_NEGATIVE"), ("12,,3,", "SCHEDULE_MISSING")],
    ids=["negative", "no-method"],
)
async def test_terms_that_make_no_schedule_are_told(loan: str, told: str, tmp_path: Path) -> None:
    files = {
        "loans.csv": "loan_key,principal,disbursed_on,annual_rate,method,instalment_count,"
        f"instalment_amount\nA,100,2026-01-10,{loan}\n",
    }
    report = await books.bring_in(books.write(tmp_path / "b", files))
    assert [fault.code for fault in report.faults] == [told]
    assert await db.value("SELECT count(*) FROM loan") == 0


async def test_a_moment_counts_on_the_lenders_day(tmp_path: Path) -> None:
    """Half past four in the afternoon in Greenwich is past midnight in Shanghai."""
    payments = (
        "loan_key,paid_on,amount\nL3,2026-01-14T16:30:00Z,1.00\nL3,2026-01-14T15:59:59+00:00,2.00\n"
        "L3,2026-01-15T00:10:00,3.00\nL3,2026-01-16,4.00\n"
    )
    toml = '[book]\nas_of = 2026-03-15\n[loans]\n[instalments]\n[payments]\ndates = ["moment"]\n'
    files = {**books.BOOK, "book.toml": toml + "[customers]\n", "payments.csv": payments}
    report = await books.bring_in(books.write(tmp_path / "b", files))
    assert books.told(report) == []
    found = await db.rows("SELECT value_on, amount_minor FROM payment ORDER BY amount_minor")
    assert [(row["value_on"].day, row["amount_minor"]) for row in found] == [
        (15, 100), (14, 200), (15, 300), (16, 400),
    ]  # fmt: skip


async def test_spaces_that_keep_a_number_together_group_thousands(tmp_path: Path) -> None:
    loans = "loan_key;principal;annual_rate;method;instalment_count;disbursed_on\n"
    for key, space in (("a", " "), ("b", "\u00a0"), ("c", "\u202f")):
        loans += f"{key};1{space}234,56{space}€;0;flat;3;2026-01-10\n"
    toml = """
[book]
currency = "EUR"
as_of = 2026-02-28
delimiter = ";"
decimal = ","
thousands = " "
strip = ["€"]
"""
    report = await books.bring_in(
        books.write(tmp_path / "b", {"loans.csv": loans, "book.toml": toml})
    )
    assert books.told(report) == []
    assert await db.value("SELECT sum(principal_minor) FROM loan") == 3 * 123_456


async def test_dates_counted_by_the_mapping_itself(tmp_path: Path) -> None:
    """{n} counts: each instalment falls due so many months after the first date."""
    files = {"all.csv": "id,start,sum,due_1,due_2\nA,2026-01-31,300,150,150\n"}
    mapping = """
[book]
as_of = 2026-04-30
[loans]
file = "all.csv"
[loans.columns]
loan_key = "id"
principal = "sum"
disbursed_on = "start"
[instalments]
file = "all.csv"
repeat = "due_*"
[instalments.columns]
loan_key = "id"
due_on = { value = "{n}", months_from = "start" }
amount = "due_{n}"
"""
    report = await books.bring_in(books.write(tmp_path / "b", files), mapping=mapping)
    assert books.told(report) == []
    due = [row["due_on"] for row in await db.rows("SELECT due_on FROM instalment ORDER BY number")]
    assert due == [date(2026, 2, 28), date(2026, 3, 31)]


async def test_a_star_that_fits_no_heading_or_one_too_many_is_told(tmp_path: Path) -> None:
    mapping = """
[loans]
file = "loans.csv"
columns = { loan_key = "loan_key", principal = "principal" }
[payments]
file = "pay.csv"
repeat = "paid *"
columns = { loan_key = "id", paid_on = { value = "{n}" }, amount = "paid {n}" }
"""
    for headings, told in (
        ("id,sum\n1\n1,2,3", "pay.csv:1:A paid * COLUMN_MISSING"),
        ("id,paid 2026-01-05,paid total", "pay.csv:1:A  MAPPING_UNFIT"),
    ):
        files = {"loans.csv": books.LOANS, "pay.csv": f"{headings}\n"}
        report = await books.bring_in(books.write(tmp_path / "b", files), mapping=mapping)
        assert report.state is ImportState.refused
        assert told in books.told(report)


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("[loans]\nencoding = 'gbk2'", "“gbk2” is no encoding", "「gbk2」不是已知的编码"),
        ("[loans]\ndelimiter = '||'", "must be one character", "分隔符须为一个字符"),
        ("[book]\ncurrency = 'EURO'", "“EURO” is no currency", "「EURO」不是有效的币种"),
        ("[book]\ntime_zone = 'Paris'", "“Paris” is no time zone", "「Paris」不是有效的时区"),
        ("[book]\nday = 32", "“day” is 1 to 31", "「day」应为 1 到 31"),
        ("[loans]\nskip_lines = '1'", "must be a whole number, not text in quotes",
         "「skip_lines」应为整数，而不是带引号的文本"),
        ("[loans.columns]\nprincipal = { colum = 'a' }", "did you mean “column”",
         "是否应为「column」"),
        ("[loans.columns]\ndisbursed_on = { column = 'a', dates = ['DD.MM'] }",
         "[loans.columns] disbursed_on: the date form “DD.MM” names no year",
         "日期格式「DD.MM」缺少年或月"),
        ("[loans.columns]\nmethod = { column = 'a', codes = { x = 'y' } }",
         "the code “x” leads to “y”", "代码「x」对应的「y」不可用"),
        ("[loans.columns]\nloan_key = { sum = ['a'] }", "only amounts are added up",
         "只有金额可以相加"),
        ("[loans]\ncolumns = { loan_key = 'a' }\nrepeat = '1..601'", "gives 601 columns",
         "给出 601 列"),
        ("[payments]\nwhere = [{ sum = ['a'], filled = true }]", "tested by “above” and “below”",
         "合计只能用「above」和「below」"),
        ("[payments]\nwhere = [{ above = 0 }]", "exactly one of column, sum; it names 0",
         "须在 column, sum 中恰好写一个"),
        ("[loans.columns]\nloan_key = { column = 'a', split = '', part = 1 }",
         "“split” cannot be empty", "「split」不能为空"),
        ("[loans]\nencoding = \"a\\u0000\"", "is no encoding", "不是已知的编码"),
        ("[loans]\nextra = { a = 'date' }", "“date” is not one of text, integer, number",
         "「date」不在 text, integer, number 之中"),
    ],
)  # fmt: skip
async def test_a_mapping_is_refused_before_any_file_is_read(
    text: str, english: str, chinese: str, tmp_path: Path
) -> None:
    with pytest.raises(MappingInvalid) as refused:
        await books.bring_in(books.write(tmp_path / "b"), mapping=text)
    assert english in refused.value.render("en")
    assert chinese in refused.value.render("zh")
    assert await db.value("SELECT count(*) FROM import_run") == 0


@pytest.mark.parametrize(
    ("first_payment", "disbursed_on"),
    [("2025-12-20", date(2025, 12, 20)), ("2026-01-20", date(2026, 1, 10))],
    ids=["early", "usual"],
)
async def test_a_day_that_nobody_named_refuses_no_payment(
    first_payment: str, disbursed_on: date, tmp_path: Path
) -> None:
    files = {
        "loans.csv": "loan_key,principal\nA,300\n",
        "instalments.csv": "loan_key,due_on,amount\nA,2026-02-10,150\nA,2026-03-10,150\n",
        "payments.csv": f"loan_key,paid_on,amount\nA,2026-03-01,1\nA,{first_payment},150\n",
        "book.toml": "[book]\nas_of = 2026-03-31\n",
    }
    report = await books.bring_in(books.write(tmp_path / "b", files))
    assert books.told(report) == []
    assert await db.value("SELECT disbursed_on FROM loan") == disbursed_on
