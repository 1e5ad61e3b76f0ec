"""Money is an integer of minor units and a currency. Nothing here ever touches a float."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from babel.core import get_global

from app.errors import Invalid
from app.i18n import N_

# Above any loan, below what BIGINT holds when a million of them are added up.
AMOUNT_MINOR_MAX = 10**15
_AMOUNT = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,4}))?", re.ASCII)
_CURRENCIES = frozenset(get_global("all_currencies"))
# Every currency that has not two decimals (ISO 4217, list one).
_NO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                "VND", "VUV", "XAF", "XOF", "XPF")  # fmt: skip
_EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_NO_DECIMALS, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


class AmountInvalid(Invalid):
    code = "AMOUNT_INVALID"
    text = N_("“{amount}” is not an amount of money.")
    mend = N_("Write plain digits with a point, such as 1234.56.")


class AmountTooPrecise(Invalid):
    code = "AMOUNT_TOO_PRECISE"
    text = N_("{currency} has {exponent} decimals; “{amount}” has more.")
    mend = N_("Round the amount yourself; nothing is rounded for you.")


class AmountTooLarge(Invalid):
    code = "AMOUNT_TOO_LARGE"
    text = N_("“{amount}” is larger than any amount that can be booked.")
    mend = N_("Check the unit: the amount is in {currency}, not in its smallest unit.")


class CurrencyUnknown(Invalid):
    code = "CURRENCY_UNKNOWN"
    text = N_("“{currency}” is not a currency code.")
    mend = N_("Use the three letters of ISO 4217, such as CNY or USD.")


@dataclass(frozen=True, slots=True)
class Money:
    amount_minor: int
    currency: str

    def __add__(self, other: Self) -> "Money":
        assert self.currency == other.currency, "currencies are never mixed"
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Self) -> "Money":
        assert self.currency == other.currency, "currencies are never mixed"
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def decimal(self) -> Decimal:
        return to_decimal(self.amount_minor, self.currency)


def exponent(currency: str) -> int:
    """How many decimals the currency has by ISO 4217: CNY 2, JPY 0, KWD 3.

    Not CLDR's figure, which drops the decimals of some currencies because shops no longer use
    them."""
    if currency not in _CURRENCIES:
        raise CurrencyUnknown(currency=currency[:12])
    return _EXPONENTS.get(currency, 2)


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    return Decimal(amount_minor).scaleb(-exponent(currency))


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a plain decimal. Refuses NaN, exponents, grouping, other scripts' digits, and
    more decimals than the currency has: a wrong guess here is somebody's money."""
    decimals = exponent(currency)
    shown = text[:40]
    match = _AMOUNT.fullmatch(text)
    if match is None:
        if re.fullmatch(r"-?\d{16,}(\.\d+)?", text, re.ASCII):
            raise AmountTooLarge(amount=shown, currency=currency)
        raise AmountInvalid(amount=shown)
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if len(fraction.rstrip("0")) > decimals:
        raise AmountTooPrecise(amount=shown, currency=currency, exponent=decimals)
    minor: int = int(whole) * 10**decimals + int(fraction[:decimals].ljust(decimals, "0") or 0)
    if minor > AMOUNT_MINOR_MAX:
        raise AmountTooLarge(amount=shown, currency=currency)
    return -minor if sign else minor
