"""Numbers as lenders write them: minor units, percent a year, whole counts."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from app.money import AMOUNT_MINOR_MAX, exponent
from app.operation.book.fault import ValueFault

Unit = Literal["major", "minor", "thousand", "ten_thousand"]
RateUnit = Literal[
    "percent", "fraction", "monthly_percent", "monthly_fraction", "daily_per_ten_thousand"
]
Negative = Literal["minus", "trailing_minus", "parentheses"]

DIGITS_MAX = 15
RATE_PERCENT_MAX = Decimal(1000)
RATE_DECIMALS = 6
COUNT_MAX = 10**9

_POWERS: dict[Unit, int] = {"major": 0, "minor": 0, "thousand": 3, "ten_thousand": 4}
# To percent a year. A daily rate is quoted on 360 days, as in 日利率万分之五 = 18 %.
_PERCENT_OF: dict[RateUnit, Decimal] = {
    "percent": Decimal(1),
    "fraction": Decimal(100),
    "monthly_percent": Decimal(12),
    "monthly_fraction": Decimal(1200),
    "daily_per_ten_thousand": Decimal("3.6"),
}
_EXPONENT = re.compile(r"[-+]?\d+([.,]\d+)?[eE][-+]?\d+", re.ASCII)
# What keeps a number together in print looks like a space and is none.
_SPACES = re.compile("[\u00a0\u2009\u202f]")
_GROUPED = re.compile(r"-?\d{1,3}([,.' \u00a0\u202f])\d{3}(\1\d{3})*([.,]\d+)?", re.ASCII)


class NumberForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a file writes its numbers. The default is plain digits with a point."""

    decimal: str = "."
    thousands: str = ""
    unit: Unit = "major"
    negative: Negative = "minus"
    # Currency signs and words to take off, such as ¥ or 元.
    strip: tuple[str, ...] = ()
    # More decimals than the currency has: refused, unless the mapping says that they are noise.
    round: bool = False

    @property
    def is_plain(self) -> bool:
        return self == _PLAIN


_PLAIN = NumberForm()


def read_amount(text: str, currency: str, form: NumberForm = _PLAIN) -> int:
    """Minor units. NaN, exponents and grouping that nobody named are refused, never guessed."""
    decimals = _exponent(currency)
    if form.is_plain:
        minor = _plain_minor(text, decimals)
        if minor is not None:
            return minor
    number = _digits(text, form)
    places = 0 if form.unit == "minor" else decimals
    scaled = number.scaleb(places + _POWERS[form.unit])
    minor = int(scaled.to_integral_value(ROUND_HALF_UP))
    if minor != scaled and not form.round:
        raise ValueFault("AMOUNT_TOO_PRECISE", currency=currency, decimals=places)
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise ValueFault("AMOUNT_TOO_LARGE", currency=currency)
    return minor


def read_rate(text: str, unit: RateUnit = "percent", form: NumberForm = _PLAIN) -> Decimal:
    """Percent a year. Whether 0.12 is 12 % or 0.12 % its size does not tell: the mapping does."""
    bare = text.removesuffix("%").rstrip() if unit.endswith("percent") else text
    percent = _digits(bare, form) * _PERCENT_OF[unit]
    if not 0 <= percent <= RATE_PERCENT_MAX:
        raise ValueFault("RATE_OUT_OF_RANGE", most=str(RATE_PERCENT_MAX))
    return percent.quantize(Decimal(1).scaleb(-RATE_DECIMALS), ROUND_HALF_UP).normalize() + 0


def read_count(text: str, form: NumberForm = _PLAIN) -> int:
    """A whole number; `36.0` is one, as spreadsheets write it."""
    if text.isdigit() and text.isascii() and len(text) < 10:
        return int(text)
    number = _digits(text, form)
    if number != number.to_integral_value():
        raise ValueFault("NUMBER_NOT_WHOLE")
    if abs(number) > COUNT_MAX:
        raise ValueFault("NUMBER_TOO_LARGE")
    return int(number)


def read_number(text: str, form: NumberForm = _PLAIN) -> Decimal:
    return _digits(text, form)


def _plain_minor(text: str, decimals: int) -> int | None:
    """The way of almost every amount, without a Decimal."""
    whole, _, fraction = text.partition(".")
    if not (whole.isdigit() and text.isascii() and len(whole) < DIGITS_MAX - decimals):
        return None
    if not fraction:
        return int(whole) * 10**decimals if text[-1] != "." else None
    if len(fraction) > decimals or not fraction.isdigit():
        return None
    return int(whole + fraction.ljust(decimals, "0"))


def _exponent(currency: str) -> int:
    known = _EXPONENTS.get(currency)
    if known is None:
        known = _EXPONENTS[currency] = exponent(currency)
    return known


_EXPONENTS: dict[str, int] = {}


def _digits(text: str, form: NumberForm) -> Decimal:
    bare = text.strip()
    for word in form.strip:
        bare = bare.replace(word, "")
    sign, bare = _sign(bare.strip(), form.negative)
    if form.thousands == " ":
        bare = _SPACES.sub(" ", bare)
    if form.thousands:
        bare = _ungrouped(bare, form)
    whole, point, fraction = bare.partition(form.decimal)
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit() and whole) or (point and not fraction):
        raise ValueFault(_why(text))
    if len(digits) > 2 * DIGITS_MAX or len(whole.lstrip("0")) > DIGITS_MAX:
        raise ValueFault("NUMBER_TOO_LARGE")
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    return -number if sign else number


def _sign(bare: str, negative: Negative) -> tuple[bool, str]:
    if negative == "parentheses" and bare.startswith("(") and bare.endswith(")"):
        return True, bare[1:-1].strip()
    if negative == "trailing_minus" and bare.endswith("-"):
        return True, bare[:-1].strip()
    if bare.startswith("-"):
        return True, bare[1:]
    return False, bare.removeprefix("+")


def _ungrouped(bare: str, form: NumberForm) -> str:
    """Groups must be groups: 1,23 is a slip, not 123."""
    whole, point, fraction = bare.partition(form.decimal)
    groups = whole.split(form.thousands)
    if len(groups) > 1 and not (
        1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    ):
        raise ValueFault("THOUSANDS_MISPLACED", sign=form.thousands)
    return "".join(groups) + point + fraction


def _why(text: str) -> str:
    """The likeliest reason, because each has another mend."""
    bare = text.strip().lower()
    if bare.lstrip("+-") in {"nan", "inf", "infinity", "null", "none", "n/a", "#n/a", "#value!"}:
        return "NUMBER_IS_NONE"
    if _EXPONENT.fullmatch(bare):
        return "NUMBER_HAS_EXPONENT"
    if _GROUPED.fullmatch(bare):
        return "NUMBER_IS_GROUPED"
    if bare and not bare.isascii() and bare.replace(".", "").isdigit():
        return "NUMBER_NOT_ASCII"
    return "NUMBER_UNREADABLE"
