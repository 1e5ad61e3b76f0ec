from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_


class ReportNotFound(NotFound):
    code = "REPORT_NOT_FOUND"
    text = N_("There is no such report, or it is not yours to see.")
    mend = N_("Open the list of reports and choose one from there.")


class MonthsOutOfRange(Invalid):
    code = "MONTHS_OUT_OF_RANGE"
    text = N_("A report looks back 1 to 60 months.")
    mend = N_("Choose a number from 1 to 60.")


class ReportNotReady(Conflict):
    code = "REPORT_NOT_READY"
    text = N_("This report is not finished yet.")
    mend = N_("Wait until its progress bar is full.")
