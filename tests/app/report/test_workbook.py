from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app.i18n import speaking
from app.report.delinquency import BucketFigures, Delinquency, Point
from app.report.workbook import workbook


def point(on: date, *buckets: tuple[int, int, int, int]) -> Point:
    return Point(
        on=on,
        loan_count=10,
        principal_minor=84_000_00,
        buckets=[
            BucketFigures(bucket=b, loan_count=n, principal_minor=p, overdue_minor=o)
            for b, n, p, o in buckets
        ],
    )


REPORT = Delinquency(
    currency="CNY",
    points=[
        point(date(2026, 2, 28)),
        point(date(2026, 3, 31), (1, 2, 14_000_00, 1_300_00), (7, 3, 14_000_00, 11_200_05)),
    ],
)
NOTHING = Delinquency(
    currency="JPY",
    points=[Point(on=date(2026, 3, 31), loan_count=0, principal_minor=0, buckets=[])],
)


def read(report: Delinquency, language: str = "en") -> Workbook:
    with speaking(language):
        content = workbook(report)
    return load_workbook(BytesIO(content))


def cells(sheet: Any, rows: int) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(max_row=rows)]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["By number of loans", "By outstanding principal", "By overdue amount", "Figures"]),
        ("zh-CN", ["按笔数", "按剩余本金", "按逾期金额", "数据"]),
    ],
)
def test_a_sheet_for_each_basis_and_one_of_figures(language: str, names: list[str]) -> None:
    assert read(REPORT, language).sheetnames == names


def test_rates_are_numbers_that_can_be_reckoned_with() -> None:
    loans, balance, overdue, _ = read(REPORT).worksheets
    assert cells(loans, 3) == [
        ["As of", "M1", "M7", "All overdue"],
        [datetime(2026, 2, 28), 0, 0, 0],  # noqa: DTZ001 - a spreadsheet's day has no zone
        [datetime(2026, 3, 31), 0.2, 0.3, 0.5],  # noqa: DTZ001
    ]
    assert balance["D3"].value == pytest.approx(28_000 / 84_000, abs=1e-12)
    assert overdue["B3"].value == pytest.approx(1_300 / 84_000, abs=1e-12)
    for sheet in (loans, balance, overdue):
        assert sheet["A3"].number_format == "yyyy-mm-dd"
        assert sheet["B3"].number_format == "0.00%"
        assert sheet.freeze_panes == "B2"


def test_each_basis_says_what_it_means_and_has_its_chart() -> None:
    loans, balance, overdue, figures = read(REPORT).worksheets
    assert loans["A5"].value == "Overdue loans ÷ open loans."
    assert balance["A5"].value.startswith("Outstanding principal of overdue loans")
    assert overdue["A5"].value == "Overdue amount ÷ outstanding principal."
    assert [len(sheet._charts) for sheet in (loans, balance, overdue, figures)] == [1, 1, 1, 0]


def test_the_figures_behind_the_rates() -> None:
    figures = read(REPORT).worksheets[3]
    assert cells(figures, 5) == [
        ["As of", "Bucket", "Loans", "Outstanding principal (CNY)", "Overdue amount (CNY)"],
        [datetime(2026, 2, 28), "All open loans", 10, 84_000, None],  # noqa: DTZ001
        [datetime(2026, 3, 31), "M1", 2, 14_000, 1_300],  # noqa: DTZ001
        [datetime(2026, 3, 31), "M7", 3, 14_000, 11_200.05],  # noqa: DTZ001
        [datetime(2026, 3, 31), "All open loans", 10, 84_000, None],  # noqa: DTZ001
    ]
    assert figures["D3"].number_format == "#,##0.00"


def test_a_book_without_a_late_loan_is_a_workbook_too() -> None:
    book = read(NOTHING)
    sheet, figures = book.worksheets[0], book.worksheets[3]
    # Over nothing there is no rate, not even nought.
    assert cells(sheet, 2) == [["As of", "All overdue"], [datetime(2026, 3, 31), None]]  # noqa: DTZ001
    assert sheet._charts == []
    assert figures["D2"].number_format == "#,##0"


def test_nothing_in_it_is_a_formula() -> None:
    for sheet in read(REPORT).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value).startswith(("=", "+", "@"))
