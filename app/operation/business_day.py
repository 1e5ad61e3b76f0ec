"""Which day it is for the book."""

from datetime import date

from app import database
from app.errors import Conflict
from app.i18n import N_


class NoBusinessDay(Conflict):
    code = "NO_BUSINESS_DAY"
    text = N_("The book has no business date yet.")
    mend = N_("Import a loan book, or run “afterloan migrate” again.")


async def current_business_date() -> date:
    found = await database.value("SELECT on_date FROM business_day WHERE id = 1")
    if found is None:
        raise NoBusinessDay
    assert isinstance(found, date)
    return found
