"""What the business day refuses."""

import logging

from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_, translate
from app.operation.close.quarantine import reason_text


class NotTheNextDay(Conflict):
    code = "NOT_THE_NEXT_DAY"
    text = N_("From {business_date} the close leads to the day after, not to {to_date}.")
    mend = N_("Look which day it is by now; somebody may have closed it already.")


class DateTooFarAhead(Invalid):
    code = "DATE_TOO_FAR_AHEAD"
    text = N_("{to_date} lies more than {days} days ahead of the calendar.")
    mend = N_("Check the year. A close cannot be taken back.")


class ShardsOpen(Conflict):
    code = "SHARDS_OPEN"
    text = N_("{open} of {total} shards are not closed yet.")
    mend = N_("Wait for the close, or start it again: it goes on where it stopped.")


class NoCloseRuns(Conflict):
    code = "NO_CLOSE_RUNS"
    text = N_("No close to {to_date} is running.")
    mend = N_("Look which day it is by now; somebody may have closed it already.")


class BorrowersHeld(Conflict):
    code = "BORROWERS_HELD"
    log_level = logging.WARNING
    text = N_("Shard {shard} of {total}: its borrowers were held by somebody else all the time.")
    mend = N_("See whether an import runs. Started again, the close goes on where it stopped.")


class NotInQuarantine(NotFound):
    code = "NOT_IN_QUARANTINE"
    text = N_("This loan is not in quarantine.")
    mend = N_("Look at the page again; somebody may have released it already.")


class StillBroken(Conflict):
    code = "STILL_BROKEN"
    text = N_("Loan {number} still cannot be closed: {reason}")
    mend = N_("Repair the loan first. Until then it stays in quarantine.")

    def render(self, language: str | None = None) -> str:
        """The facts are the loan's `number`, the `reason_code` and the `reason_facts`."""
        reason = reason_text(self.facts["reason_code"], self.facts["reason_facts"], language)
        return translate(self.text, language).format(number=self.facts["number"], reason=reason)
