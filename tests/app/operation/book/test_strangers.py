"""Other lenders' books against month-end days past due that were counted without us."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from app import database as db
from app.operation.check.run import check_book
from tests.app.operation.book import books
from tests.app.operation.book.truth import Known, differences

pytestmark = pytest.mark.usefixtures("database")

Days = Sequence[date]


def month_after(start: date, months: int) -> date:
    """The same day so many months later, or the last one that the month has."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in range(start.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, start.day)


def monthly(start: date, count: int) -> Days:
    return [month_after(start, number) for number in range(1, count + 1)]


async def compared(
    tmp_path: Path, files: dict[str, str | bytes], mapping: str, known: dict[str, Known], end: date
) -> int:
    report = await books.bring_in(books.write(tmp_path / "b", files), mapping=mapping)
    assert [fault.line("en") for fault in report.faults] == []
    count, differing = await differences(known, end)
    assert differing == []
    return count


TERMS_ONLY = """
[book]
currency = "USD"
as_of = 2024-06-30
delimiter = "\\t"
dates = ["MM/DD/YY"]
[loans]
file = "loans.tsv"
[loans.columns]
loan_key = "Ref"
principal = "Amt"
annual_rate = { value = 0 }
method = "Kind"
frequency = { column = "Freq", codes = { M = "monthly", Q = "quarterly", W = "weekly" } }
instalment_count = "N"
disbursed_on = "Start"
[payments]
file = "paid.tsv"
[payments.columns]
loan_key = "Ref"
paid_on = "Date"
amount = "Amt"
"""


async def test_terms_alone_paid_out_at_the_end_of_a_month(tmp_path: Path) -> None:
    """31 January, 28 February, 31 March: a short month does not move those after it."""
    end, known = date(2024, 6, 30), {}
    kinds = ("equal_instalment", "equal_principal", "interest_only", "bullet", "flat")
    for kind in kinds:
        for start in (date(2023, 1, 31), date(2023, 8, 29), date(2024, 1, 30)):
            days = monthly(start, 6)
            due = {"interest_only": [(days[-1], 60_000)], "bullet": [(days[-1], 60_000)]}.get(
                kind, [(day, 10_000) for day in days]
            )
            paid = [(day + timedelta(3 * n), 10_000) for n, day in enumerate(days[:-1])]
            paid = [(day, amount) for day, amount in paid if day <= end]
            known[f"{kind}-{start}-M-6"] = Known(start, due, paid)
    weeks = [date(2024, 1, 31) + timedelta(7 * n) for n in range(1, 9)]
    known["flat-2024-01-31-W-8"] = Known(
        date(2024, 1, 31), [(day, 7_500) for day in weeks], [(weeks[3], 7_500), (weeks[5], 7_499)]
    )
    quarters = [date(2023, 2, 28), date(2023, 5, 30), date(2023, 8, 30), date(2023, 11, 30)]
    known["flat-2022-11-30-Q-4"] = Known(
        date(2022, 11, 30), [(day, 15_000) for day in quarters], [(quarters[0], 15_000)]
    )
    loans, payments = "Ref\tAmt\tKind\tFreq\tN\tStart\r\n", "Ref\tDate\tAmt\r\n"
    for key, loan in known.items():
        kind, _, _, _, frequency, count = key.split("-")
        loans += f"{key}\t600.00\t{kind}\t{frequency}\t{count}\t{loan.paid_out:%m/%d/%y}\r\n"
        for day, amount in loan.paid:
            payments += f"{key}\t{day:%m/%d/%y}\t{amount / 100:.2f}\r\n"
    files: dict[str, str | bytes] = {"loans.tsv": loans, "paid.tsv": payments}
    assert await compared(tmp_path, files, TERMS_ONLY, known, end) == 201


@pytest.mark.parametrize(
    ("first", "last", "third"),
    [
        ("2023-02-28", "", "2023-04-28"),
        ("2023-02-28", "2023-07-31", "2023-04-30"),
        ("2023-02-28", "2023-07-28", "2023-04-28"),
        ("", "2023-07-28", "2023-04-28"),
        ("", "", "2023-04-30"),
    ],
)
async def test_a_named_date_shows_the_day_that_is_kept(
    first: str, last: str, third: str, tmp_path: Path
) -> None:
    files: dict[str, str] = {
        "loans.csv": "loan_key,principal,annual_rate,method,instalment_count,disbursed_on,"
        f"first_due_on,matures_on\nA,600,0,flat,6,2023-01-31,{first},{last}\n",
        "book.toml": "[book]\nas_of = 2023-06-30\n",
    }
    report = await books.bring_in(books.write(tmp_path / "b", files))
    assert books.told(report) == []
    due = await db.value("SELECT due_on FROM instalment WHERE number = 3")
    assert due == date.fromisoformat(third)


WIDE = """
[book]
currency = "EUR"
time_zone = "Europe/Madrid"
as_of = 2021-06-30
encoding = "cp1252"
delimiter = ";"
decimal = ","
thousands = "."
dates = ["DD.MM.YYYY", "MM.YYYY"]
day = "last"
strip = ["€"]
empty = ["-"]
[loans]
file = "préstamos.csv"
[loans.columns]
loan_key = "Nº"
principal = "Capital"
annual_rate = "Tasa"
instalment_count = "Cuotas"
disbursed_on = "Desembolso"
method = { column = "Sistema", codes = { "alemán" = "equal_principal" } }
[payments]
file = "pagos_*.csv"
repeat = "Importe *"
where = [{ column = "Importe {n}", above = 0 }]
[payments.columns]
loan_key = "Nº"
paid_on = "Fecha {n}"
amount = "Importe {n}"
"""


async def test_payments_side_by_side_with_marks_for_nothing(tmp_path: Path) -> None:
    due = [(day, 123_456) for day in monthly(date(2021, 1, 15), 4)]
    paid = [(date(2021, 2, 15), 123_456), (date(2021, 4, 20), 123_455), (date(2021, 5, 3), 1)]
    known = {"Peña/1": Known(date(2021, 1, 15), due, paid)}
    cells = {day.strftime("%m.%Y"): (day, amount) for day, amount in paid}
    headings, row = ["Nº"], ["Peña/1"]
    for month in ("02.2021", "03.2021", "04.2021", "05.2021", "06.2021"):
        headings += [f"Fecha {month}", f"Importe {month}"]
        if month in cells:
            day, amount = cells[month]
            euros = f"{amount / 100:,.2f} €".translate(str.maketrans(",.", ".,"))
            row += [f"{day:%d.%m.%Y}", euros]
        else:
            row += ["-", "0,00" if month == "03.2021" else ""]
    loans = "Nº;Capital;Tasa;Cuotas;Desembolso;Sistema\nPeña/1;4.938,24;0 %;4;15.01.2021;alemán\n"
    files: dict[str, str | bytes] = {
        "préstamos.csv": loans.encode("cp1252"),
        "pagos_21.csv": f"{';'.join(headings)}\n{';'.join(row)}\n".encode("cp1252"),
    }
    assert await compared(tmp_path, files, WIDE, known, date(2021, 6, 30)) == 6
    # The heading itself can be the date.
    by_month = WIDE.replace('"Fecha {n}"', '{ value = "{n}" }\nchannel = { value = "x" }')
    report = await books.bring_in(tmp_path / "b", mapping=by_month)
    assert books.told(report) == []
    days = await db.rows("SELECT DISTINCT value_on FROM payment WHERE channel = 'x' ORDER BY 1")
    assert [row["value_on"] for row in days] == [
        date(2021, 2, 28), date(2021, 4, 30), date(2021, 5, 31),
    ]  # fmt: skip


CHINESE = """
[book]
as_of = 2019-09-30
encoding = "gb18030"
dates = ["YYYY年M月D日", "YYYYMMDD"]
thousands = ","
strip = ["元", "期", "万分之"]
[loans]
file = "借据.csv"
[loans.columns]
loan_key = "借据号"
principal = { sum = ["金额元", { column = "金额分", unit = "minor" }] }
instalment_count = "期数"
disbursed_on = "放款日期"
annual_rate = { column = "日利率", rate_unit = "daily_per_ten_thousand" }
[instalments]
file = "还款计划表.csv"
[instalments.columns]
loan_key = "借据号"
number = { column = "期次", split = "/", part = 1 }
due_on = "应还日期"
principal = "应还本金"
interest = { sum = ["利息元", { column = "利息分", unit = "minor" }] }
[payments]
file = "实还流水.csv"
[payments.columns]
payment_key = "流水号"
loan_key = "借据号"
paid_on = "入账日期"
amount = "实还金额"
other = "其中罚息"
reversed_on = { column = "冲正日期", empty = ["--"] }
"""


async def test_yuan_and_fen_in_columns_of_their_own(tmp_path: Path) -> None:
    due = [(day, 100_000 + 1_505) for day in monthly(date(2019, 3, 31), 3)]
    paid = [(date(2019, 4, 30), 101_505), (date(2019, 7, 2), 101_504)]
    known = {"XD1": Known(date(2019, 3, 31), due, paid)}
    files = {
        "借据.csv": "借据号,金额元,金额分,期数,放款日期,日利率\n"
        'XD1,"3,000",00,3期,2019年3月31日,万分之5\n',
        "还款计划表.csv": "借据号,期次,应还日期,应还本金,利息元,利息分\n"
        'XD1,2/3,20190531,"1,000.00元",15,5\nXD1,1/3,2019年4月30日,"1,000.00元",15,05\n'
        'XD1,3/3,20190630,"1,000.00元",15,5\n',
        # The second was taken back: it counts on no day.
        "实还流水.csv": "流水号,借据号,入账日期,实还金额,其中罚息,冲正日期\n"
        'L1,XD1,20190430,"1,015.05",0.00,--\nL2,XD1,20190531,"1,015.05",0.00,2019年6月3日\n'
        'L3,XD1,2019年7月2日,"1,025.04",10.00,--\n',
    }
    packed: dict[str, str | bytes] = {name: text.encode("gb18030") for name, text in files.items()}
    assert await compared(tmp_path, packed, CHINESE, known, date(2019, 9, 30)) == 7


MICRO = """
[book]
currency = "KES"
as_of = 2020-12-31
[loans]
[instalments]
[payments]
dates = ["YYYY-MM-DD*"]
"""


async def test_a_micro_lenders_habits(tmp_path: Path) -> None:
    """Prepaid, overpaid, settled early, paid before the first date, often on one day, a cent short,
    on a leap day, months ahead, written off: the schedule is the same, the payments are not."""
    start = date(2020, 1, 29)
    days = monthly(start, 4)
    due = [(day, 1_030) for day in days]
    paid: dict[str, list[tuple[date, int]]] = {
        "prepaid": [(days[0], 1_030), (days[1], 3_090)],
        "overpaid": [(days[0], 1_500), (days[1], 1_500), (days[2], 1_500)],
        "settled": [(days[0], 1_030), (date(2020, 3, 10), 2_000)],
        "early": [(start, 500), (date(2020, 2, 3), 530)],
        "often": [(days[0], 343), (days[0], 343), (days[0], 344), (days[1], 343)],
        "short": [(day, 1_029) for day in days] + [(date(2020, 12, 30), 4)],
        "leap": [(date(2020, 2, 29), 1_030), (date(2020, 2, 29), 1_029)],
        "ahead": [(start, 3_090)],
        "lost": [(days[0], 1_030), (date(2020, 11, 5), 1_030)],
        "never": [],
    }
    ended = {"settled": date(2020, 3, 10), "lost": date(2020, 9, 30)}
    known = {key: Known(start, due, sums, ended.get(key)) for key, sums in paid.items()}
    loans = "loan_key,principal,disbursed_on,closed_on,closed_reason\n"
    instalments, payments = "loan_key,due_on,amount\n", "loan_key,paid_on,amount\n"
    for key, loan in known.items():
        reason = {"settled": "settled", "lost": "written_off"}.get(key, "")
        loans += f"{key},40.00,{start},{loan.ended or ''},{reason}\n"
        instalments += "".join(f"{key},{day},10.30\n" for day in days)
        for day, amount in loan.paid:
            payments += f"{key},{day}T09:00:00Z,{amount / 100:.2f}\n"
    files: dict[str, str | bytes] = {
        "loans.csv": loans, "instalments.csv": instalments, "payments.csv": payments,
    }  # fmt: skip
    assert await compared(tmp_path, files, MICRO, known, date(2020, 12, 31)) == 120
    # Whatever their habits, the book holds together; the settled one owes nothing any more.
    assert await untrue() == []


INSTALMENTS_PAYMENTS = """
[book]
currency = "USD"
as_of = 2018-01-01
[loans]
file = "applications.csv"
[loans.columns]
loan_key = { column = "ID", split = ".", part = 1 }
principal = "CREDIT"
instalment_count = "COUNT"
disbursed_on = { column = "DAYS", days_from = 2018-01-01 }
[instalments]
file = "installments.csv"
[instalments.columns]
loan_key = "ID"
number = "NUMBER"
due_on = { column = "DAYS_DUE", days_from = 2018-01-01 }
amount = "DUE"
[payments]
file = "installments.csv"
where = [{ column = "PAID", above = 0 }]
[payments.columns]
loan_key = "ID"
paid_on = { column = "DAYS_PAID", days_from = 2018-01-01 }
amount = "PAID"
"""


async def test_instalment_and_payment_in_one_row_and_only_those_seen(tmp_path: Path) -> None:
    end, start = date(2018, 1, 1), date(2018, 1, 1) - timedelta(200)
    rows = [
        (1, -170, -171, 4_000), (1, -170, -160, 6_000), (2, -140, -140, 10_000),
        (3, -110, -61, 9_999), (3, -110, -20, 1), (4, -80, -5, 5_000), (5, -50, None, 0),
    ]  # fmt: skip
    due = {number: (end + timedelta(days), 10_000) for number, days, _, _ in rows}
    paid = [(end + timedelta(days), amount) for _, _, days, amount in rows if days is not None]
    table = "ID,NUMBER,DAYS_DUE,DAYS_PAID,DUE,PAID\n"
    for number, days, paid_days, amount in rows:
        when = "" if paid_days is None else f"{paid_days}.0"
        table += f"7,{number},{days}.0,{when},100.0,{amount / 100:.2f}\n"
    files: dict[str, str | bytes] = {
        "applications.csv": "ID,CREDIT,COUNT,DAYS\n7.0,1000.0,12.0,-200\n",
        "installments.csv": table,
    }
    known = {"7": Known(start, list(due.values()), paid)}
    assert await compared(tmp_path, files, INSTALMENTS_PAYMENTS, known, end) == 7
    assert await untrue() == []


async def untrue() -> list[str]:
    """Truths of the book that do not hold."""
    return [looked.truth.name async for looked in check_book(whole=True) if looked.found.offenders]
