"""Days as ordinals and as text, worked out once for the years that a book touches."""

from collections.abc import Sequence
from datetime import date

from app.loan.schedule import month_later

# Lenders here let instalments fall due on the 1st to the 28th only.
DUE_DAYS = 28
FIRST_DUE_AFTER_DAYS = 10
HISTORY_MONTHS = 40
FUTURE_MONTHS = 40
_DAYS_A_MONTH = 31


class Calendar:
    def __init__(self, as_of: date) -> None:
        self.as_of = as_of.toordinal()
        self.origin = month_later(as_of.replace(day=1), -HISTORY_MONTHS)
        first = self.origin.toordinal()
        span = (HISTORY_MONTHS + FUTURE_MONTHS + 1) * _DAYS_A_MONTH
        self.text = {day: date.fromordinal(day).isoformat() for day in range(first, first + span)}
        self._months = [
            month_later(self.origin, number).toordinal()
            for number in range(HISTORY_MONTHS + FUTURE_MONTHS + 1)
        ]

    def said(self, day: int) -> str:
        """As people here say a day: 3月15日."""
        text = self.text[day]
        return f"{int(text[5:7])}月{int(text[8:])}日"

    def due_days(self, disbursed: int, due_day: int, count: int) -> Sequence[int]:
        """The first due date lies in the month after the disbursement, or one later if that is
        too soon for anybody to pay."""
        on = date.fromordinal(disbursed)
        month = (on.year - self.origin.year) * 12 + on.month - self.origin.month + 1
        if self._months[month] + due_day - 1 < disbursed + FIRST_DUE_AFTER_DAYS:
            month += 1
        return [start + due_day - 1 for start in self._months[month : month + count]]
