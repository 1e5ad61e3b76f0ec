"""Dates as lenders write them, by named forms: never guessed, for 03/04 is two days."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from app.i18n import N_
from app.operation.book.fault import ValueFault

ISO = "YYYY-MM-DD"
YEAR_MIN, YEAR_MAX = 1900, 2199
# Years of two digits: a loan made in '68 is not ours, one that ends in '68 may be.
CENTURY_TURNS_AT = 69
CACHED_MAX = 100_000

_EXCEL_DAY_ZERO = date(1899, 12, 30)
_EPOCH = date(1970, 1, 1)
_SECONDS_A_DAY = 86_400
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short_year>\d{2})",
    "MMM": r"(?P<month_name>[A-Za-z]{3})[A-Za-z]*",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "hh": r"\d{2}",
    "h": r"\d{1,2}",
    "mm": r"\d{2}",
    "ss": r"\d{2}(?:\.\d+)?",
    # Whatever follows: a time, a zone.
    "*": r".*",
}
_TOKEN = re.compile("|".join(re.escape(token) for token in sorted(_TOKENS, key=len, reverse=True)))
_COUNTED = frozenset({"excel", "epoch", "epoch_ms"})
# ISO date and time, whose day is that of the book's time zone.
MOMENT = "moment"

DateReader = Callable[[str], date]


class FormInvalid(ValueError):
    """A date form of a mapping that cannot be used: a text of ours and its facts."""

    def __init__(self, problem: str, **facts: str) -> None:
        super().__init__(problem)
        self.problem, self.facts = problem, facts


def date_reader(
    forms: tuple[str, ...] = (ISO,), *, day: int | str | None = None, zone: tzinfo | None = None
) -> DateReader:
    """A function from text to date. `day` completes forms without one: 1…31 or "last"; `zone` is
    where a moment's day is asked for."""
    if not forms:
        raise FormInvalid(N_("{where}: name at least one date form."))
    readers = [
        partial(_read_moment, zone) if form == MOMENT else _form_reader(form, day) for form in forms
    ]
    _refuse_ambiguous(forms)
    return partial(_read_cached, readers, forms[0], {})


def example(form: str) -> str:
    """24 November 2026 in that form, for messages."""
    if form == MOMENT:
        return "2026-11-24T08:30:00Z"
    if form in _COUNTED:
        return {"excel": "46350", "epoch": "1795478400", "epoch_ms": "1795478400000"}[form]
    shown = {"YYYY": "2026", "YY": "26", "MMM": "Nov", "MM": "11", "M": "11", "DD": "24", "D": "24"}
    times = {"hh": "08", "h": "8", "mm": "30", "ss": "00", "*": ""}
    return _TOKEN.sub(lambda token: (shown | times)[token[0]], form)


def add_months(on: date, months: int) -> date:
    """The same day of a later month; its last day where it has fewer."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    try:
        return date(year, month + 1, min(on.day, _days_in(year, month + 1)))
    except ValueError:
        raise ValueFault("DATE_OUT_OF_RANGE") from None


def add_days(on: date, days: int) -> date:
    try:
        return on + timedelta(days=days)
    except OverflowError:
        raise ValueFault("DATE_OUT_OF_RANGE") from None


def _read_cached(
    readers: list[Callable[[str], date | None]], form: str, known: dict[str, date], text: str
) -> date:
    found = known.get(text)
    if found is not None:
        return found
    for read in readers:
        found = read(text)
        if found is not None:
            if len(known) >= CACHED_MAX:
                known.clear()
            known[text] = found
            return found
    raise ValueFault("DATE_UNREADABLE", form=example(form))


def _form_reader(form: str, day: int | str | None) -> Callable[[str], date | None]:
    if form in _COUNTED:
        return partial(_read_counted, form)
    pattern, position = "", 0
    for token in _TOKEN.finditer(form):
        pattern += re.escape(form[position : token.start()]) + _TOKENS[token[0]]
        position = token.end()
    pattern += re.escape(form[position:])
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error:
        problem = N_("{where}: the date form “{form}” names a part of the date twice.")
        raise FormInvalid(problem, form=form) from None
    named = set(compiled.groupindex)
    if not named & {"year", "short_year"} or not named & {"month", "month_name"}:
        problem = N_(
            "{where}: the date form “{form}” names no year or no month;"
            " a form is made of YYYY, MM, DD."
        )
        raise FormInvalid(problem, form=form)
    if "day" not in named and day is None:
        problem = N_(
            '{where}: the date form “{form}” has no day; say which with day = 1 or day = "last".'
        )
        raise FormInvalid(problem, form=form)
    return partial(_read_form, compiled, day)


def _read_form(compiled: re.Pattern[str], day: int | str | None, text: str) -> date | None:
    match = compiled.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else _century(int(parts["short_year"]))
    month = _month(parts)
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise ValueFault("DATE_OUT_OF_RANGE")
    if not 1 <= month <= 12:
        raise ValueFault("DATE_NOT_IN_CALENDAR")
    try:
        return date(year, month, _day(parts, day, _days_in(year, month)))
    except ValueError:
        raise ValueFault("DATE_NOT_IN_CALENDAR") from None


def _month(parts: dict[str, str | None]) -> int:
    number = parts.get("month")
    if number:
        return int(number)
    return _MONTH_NUMBERS.get((parts["month_name"] or "")[:3].lower(), 0)


def _day(parts: dict[str, str | None], fixed: int | str | None, last: int) -> int:
    written = parts.get("day")
    if written:
        return int(written)
    return last if fixed == "last" else min(int(fixed or 1), last)


def _century(short: int) -> int:
    return 1900 + short if short >= CENTURY_TURNS_AT else 2000 + short


def _read_counted(form: str, text: str) -> date | None:
    """A number of days (a spreadsheet's) or of seconds since 1970."""
    whole = text.partition(".")[0]
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 14):
        return None
    number = int(whole)
    if form == "excel":
        found = add_days(_EXCEL_DAY_ZERO, number)
    else:
        found = add_days(_EPOCH, number // (_SECONDS_A_DAY * (1000 if form == "epoch_ms" else 1)))
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise ValueFault("DATE_OUT_OF_RANGE")
    return found


def _read_moment(zone: tzinfo | None, text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = (moment.astimezone(zone) if moment.tzinfo and zone else moment).date()
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise ValueFault("DATE_OUT_OF_RANGE")
    return found


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _refuse_ambiguous(forms: tuple[str, ...]) -> None:
    """Two forms with day and month changed about would make the date depend on their order."""
    shapes: dict[str, str] = {}
    for form in forms:
        shape = re.sub(r"MM|DD", "N", re.sub(r"(?<!M)M(?!M)|(?<!D)D(?!D)", "N", form))
        if shapes.setdefault(shape, form) != form:
            problem = N_(
                "{where}: the date forms “{form}” and “{other}” read the same text as other days."
            )
            raise FormInvalid(problem, form=shapes[shape], other=form)
