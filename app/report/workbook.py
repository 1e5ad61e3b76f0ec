"""The delinquency report as a spreadsheet: real dates, real numbers, a chart, and what the
figures mean."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.chart import AreaChart, Reference
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.i18n import N_
from app.i18n import gettext as _
from app.money import exponent, to_decimal
from app.report.delinquency import Basis, Delinquency

BASIS_NAMES = {
    Basis.loans: N_("By number of loans"),
    Basis.balance: N_("By outstanding principal"),
    Basis.overdue: N_("By overdue amount"),
}
BASIS_MEANINGS = {
    Basis.loans: N_("Overdue loans ÷ open loans."),
    Basis.balance: N_("Outstanding principal of overdue loans ÷ outstanding principal (PAR)."),
    Basis.overdue: N_("Overdue amount ÷ outstanding principal."),
}
_PERCENT = "0.00%"
_DATE = "yyyy-mm-dd"


def workbook(report: Delinquency) -> bytes:
    """An XLSX file: one sheet of rates for each basis, one of the figures behind them."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for basis in Basis:
        _rates(book.create_sheet(_(BASIS_NAMES[basis])[:31]), report, basis)
    _figures(book.create_sheet(_("Figures")), report)
    sink = BytesIO()
    book.save(sink)
    return sink.getvalue()


def _rates(sheet: Worksheet, report: Delinquency, basis: Basis) -> None:
    buckets = report.bucket_numbers
    _heading(sheet, [_("As of"), *(f"M{bucket}" for bucket in buckets), _("All overdue")])
    for row, point in enumerate(report.points, start=2):
        shares = [point.rate(basis, from_bucket=b, to_bucket=b) for b in buckets]
        sheet.append([point.on, *shares, point.rate(basis)])
        sheet.cell(row, 1).number_format = _DATE
        for column in range(2, len(buckets) + 3):
            sheet.cell(row, column).number_format = _PERCENT
    last = len(report.points) + 1
    sheet.cell(last + 2, 1, _(BASIS_MEANINGS[basis]))
    if buckets:
        _chart(sheet, len(buckets), last)


def _chart(sheet: Worksheet, buckets: int, last: int) -> None:
    chart = AreaChart()
    chart.grouping = "stacked"
    chart.title = sheet.title
    chart.height, chart.width = 9, 20
    chart.y_axis.number_format = "0%"
    chart.x_axis.number_format = _DATE
    # Without this, newer spreadsheet programs hide the axes.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.add_data(
        Reference(sheet, min_col=2, max_col=buckets + 1, min_row=1, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    sheet.add_chart(chart, f"A{last + 4}")


def _figures(sheet: Worksheet, report: Delinquency) -> None:
    amount = "#,##0" + ("." + "0" * exponent(report.currency) if exponent(report.currency) else "")
    _heading(
        sheet,
        [
            _("As of"),
            _("Bucket"),
            _("Loans"),
            _("Outstanding principal ({currency})", currency=report.currency),
            _("Overdue amount ({currency})", currency=report.currency),
        ],
    )
    for point in report.points:
        for row in point.buckets:
            principal = to_decimal(row.principal_minor, report.currency)
            overdue = to_decimal(row.overdue_minor, report.currency)
            sheet.append([point.on, f"M{row.bucket}", row.loan_count, principal, overdue])
        whole = to_decimal(point.principal_minor, report.currency)
        sheet.append([point.on, _("All open loans"), point.loan_count, whole, None])
    for cells in sheet.iter_rows(min_row=2):
        cells[0].number_format = _DATE
        cells[3].number_format = cells[4].number_format = amount


def _heading(sheet: Worksheet, titles: list[str]) -> None:
    sheet.append(titles)
    sheet.freeze_panes = "B2"
    for column, title in enumerate(titles, start=1):
        cell = sheet.cell(1, column)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(horizontal="left" if column == 1 else "right")
        # A Chinese character is as wide as two letters.
        width = sum(2 if ord(letter) > 0x2E80 else 1 for letter in title)
        sheet.column_dimensions[get_column_letter(column)].width = max(12, width + 3)
