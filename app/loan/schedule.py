"""Schedules from terms, exact to the minor unit. Pure, and in whole numbers throughout.

The period's interest is a twelfth of the year's (or the fraction that fits the frequency), half a
unit is rounded up, and the last instalment takes what rounding leaves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from app.loan.event import ScheduledInstalment

INSTALMENTS_MAX = 600
# Rates are percent with six decimals: 100 % a year is this many units.
_RATE_UNITS = 10**8


class Method(StrEnum):
    equal_instalment = "equal_instalment"
    equal_principal = "equal_principal"
    interest_only = "interest_only"
    bullet = "bullet"
    flat = "flat"


class Frequency(StrEnum):
    monthly = "monthly"
    quarterly = "quarterly"
    half_yearly = "half_yearly"
    yearly = "yearly"
    biweekly = "biweekly"
    weekly = "weekly"


_MONTHS: Mapping[Frequency, int] = MappingProxyType(
    {
        Frequency.monthly: 1,
        Frequency.quarterly: 3,
        Frequency.half_yearly: 6,
        Frequency.yearly: 12,
    }
)
_DAYS: Mapping[Frequency, int] = MappingProxyType({Frequency.biweekly: 14, Frequency.weekly: 7})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    principal_minor: int
    # Percent a year.
    annual_rate: Decimal
    instalment_count: int
    first_due_on: date
    # The day of the month that due dates keep, where the first one's month is too short for it.
    due_day: int | None = None
    # What falls due each time, where the lender has rounded it in his own way.
    instalment_minor: int | None = None
    method: Method = Method.equal_instalment
    frequency: Frequency = Frequency.monthly


def schedule(terms: Terms) -> list[ScheduledInstalment]:
    """The rows' principal sums to the principal, whatever the rounding."""
    assert 0 < terms.instalment_count <= INSTALMENTS_MAX
    assert terms.principal_minor > 0
    assert terms.annual_rate >= 0
    rate = period_rate(terms.annual_rate, terms.frequency)
    parts = schedule_parts(terms.method, terms.principal_minor, terms.instalment_count, rate)
    if terms.method is Method.equal_instalment and terms.instalment_minor is not None:
        parts = list(
            _repaid(terms.principal_minor, terms.instalment_count, *rate, terms.instalment_minor)
        )
    dates = due_dates(
        terms.first_due_on, terms.instalment_count, terms.frequency, day=terms.due_day
    )
    if terms.method is Method.bullet:
        dates = dates[-1:]
    rows = [
        ScheduledInstalment(number, due_on, principal, interest)
        for number, (due_on, (principal, interest)) in enumerate(
            zip(dates, parts, strict=True), start=1
        )
    ]
    assert sum(row.principal_minor for row in rows) == terms.principal_minor
    return rows


def schedule_parts(
    method: Method, principal_minor: int, count: int, rate: tuple[int, int]
) -> list[tuple[int, int]]:
    """(principal, interest) of each instalment."""
    return list(_METHODS[method](principal_minor, count, *rate))


def due_dates(
    first: date, count: int, frequency: Frequency = Frequency.monthly, *, day: int | None = None
) -> list[date]:
    """The first date's day is kept, or `day`: 31 January, 28 February, 31 March."""
    if frequency in _DAYS:
        step = timedelta(days=_DAYS[frequency])
        return [first + step * number for number in range(count)]
    months = _MONTHS[frequency]
    return [month_later(first, number * months, day=day) for number in range(count)]


def period_before(first: date, frequency: Frequency) -> date:
    if frequency in _DAYS:
        return first - timedelta(days=_DAYS[frequency])
    return month_later(first, -_MONTHS[frequency])


def period_after(start: date, frequency: Frequency) -> date:
    if frequency in _DAYS:
        return start + timedelta(days=_DAYS[frequency])
    return month_later(start, _MONTHS[frequency])


def month_later(on: date, months: int, *, day: int | None = None) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(day or on.day, _days_in(year, month + 1)))


@cache
def period_rate(annual_rate: Decimal, frequency: Frequency) -> tuple[int, int]:
    """The rate of one period as a fraction of whole numbers."""
    units = int((annual_rate * (_RATE_UNITS // 100)).to_integral_value(ROUND_HALF_UP))
    if frequency in _DAYS:
        return units * _DAYS[frequency], _RATE_UNITS * 365
    return units * _MONTHS[frequency], _RATE_UNITS * 12


def annuity_minor(principal_minor: int, count: int, rate: int, base: int) -> int:
    """The equal instalment that pays principal and interest off in `count` periods."""
    if rate == 0:
        return _rounded(principal_minor, count)
    part = Decimal(principal_minor) * _annuity_factor(count, rate, base)
    return int(part.to_integral_value(ROUND_HALF_UP))


Parts = Iterator[tuple[int, int]]


def _equal_instalment(left: int, count: int, rate: int, base: int) -> Parts:
    return _repaid(left, count, rate, base, annuity_minor(left, count, rate, base))


def _repaid(left: int, count: int, rate: int, base: int, payment: int) -> Parts:
    half = base // 2
    for _ in range(count - 1):
        interest = (left * rate + half) // base
        # A tiny loan at a high rate may round to nothing; principal never grows.
        principal = min(max(payment - interest, 0), left)
        left -= principal
        yield principal, interest
    yield left, (left * rate + half) // base


def _equal_principal(left: int, count: int, rate: int, base: int) -> Parts:
    """The parts are rounded in sum, so that none of them differs from the others by more than
    one."""
    whole, half, repaid = left, base // 2, 0
    for number in range(1, count + 1):
        interest = ((whole - repaid) * rate + half) // base
        following = _rounded(whole * number, count)
        yield following - repaid, interest
        repaid = following


def _interest_only(left: int, count: int, rate: int, base: int) -> Parts:
    interest = _rounded(left * rate, base)
    for _ in range(count - 1):
        yield 0, interest
    yield left, interest


def _bullet(left: int, count: int, rate: int, base: int) -> Parts:
    yield left, _rounded(left * rate * count, base)


def _flat(left: int, count: int, rate: int, base: int) -> Parts:
    """Interest on the whole principal in every period, as 等本等息 has it."""
    principal, interest = left // count, _rounded(left * rate, base)
    for _ in range(count - 1):
        yield principal, interest
    yield left - principal * (count - 1), interest


_METHODS: Mapping[Method, Callable[[int, int, int, int], Parts]] = MappingProxyType(
    {
        Method.equal_instalment: _equal_instalment,
        Method.equal_principal: _equal_principal,
        Method.interest_only: _interest_only,
        Method.bullet: _bullet,
        Method.flat: _flat,
    }
)


@cache
def _annuity_factor(count: int, rate: int, base: int) -> Decimal:
    with localcontext() as exact:
        exact.prec = 50
        period = Decimal(rate) / base
        return period / (1 - (1 + period) ** -count)


def _rounded(dividend: int, divisor: int) -> int:
    return (dividend + divisor // 2) // divisor


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
