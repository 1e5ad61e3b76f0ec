"""Money, numbers, days and times as people write them, in the reader's language.

Own formatters, not Babel's with a locale name: a board draws hundreds of amounts and dates."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import get_currency_symbol
from markupsafe import Markup

from app import clock
from app.i18n import CHINESE, current_language, locale, ngettext
from app.i18n import gettext as _
from app.money import exponent, to_decimal
from views.zone import zone

MINUS = "\N{MINUS SIGN}"

# Babel writes the yuan's own sign for the yen.
_SYMBOLS = {"CNY": "¥", "USD": "$", "JPY": "JP¥"}
_UNITS = {
    True: ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
    False: ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")),
}
_DAY = {
    CHINESE: {
        "long": "yyyy年M月d日",
        "short": "M月d日",
        "weekday": "M月d日 EEE",
        "month": "yyyy年M月",
        "full": "yyyy年M月d日 EEEE",
        "name": "EEEE",
    },
    "en": {
        "long": "d MMM yyyy",
        "short": "d MMM",
        "weekday": "EEE d MMM",
        "month": "MMM yyyy",
        "full": "EEEE d MMMM yyyy",
        "name": "EEEE",
    },
}


def money(amount_minor: int | None, currency: str = "CNY") -> str:
    """¥1,234,567.89, in both languages alike. What is not there is a dash."""
    if amount_minor is None:
        return "–"
    decimals = exponent(currency)
    whole, fraction = divmod(abs(amount_minor), 10**decimals)
    sign = MINUS if amount_minor < 0 else ""
    text = f"{sign}{symbol(currency)}{whole:,}"
    return f"{text}.{fraction:0{decimals}d}" if decimals else text


def money_short(amount_minor: int | None, currency: str = "CNY") -> str:
    """¥123.5万 or ¥1.2M: one decimal below a thousand of its unit, none above."""
    if amount_minor is None:
        return "–"
    amount = abs(to_decimal(amount_minor, currency))
    sign = MINUS if amount_minor < 0 else ""
    for size, unit in _UNITS[current_language() == CHINESE]:
        if amount >= size:
            share = amount / size
            places = Decimal("0.1") if share < 1000 else Decimal(1)
            shown = share.quantize(places, rounding=ROUND_HALF_EVEN)
            return f"{sign}{symbol(currency)}{shown:,}{unit}"
    return f"{sign}{symbol(currency)}{amount.quantize(Decimal(1)):,}"


@lru_cache(256)
def symbol(currency: str) -> str:
    """A currency without a sign of its own is named by its letters, apart from the figure."""
    sign = _SYMBOLS.get(currency) or str(get_currency_symbol(currency, locale=locale("en")))
    return f"{sign}\N{NO-BREAK SPACE}" if sign.isalpha() else sign


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    if value is None:
        return "–"
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def percent(share: float | Decimal | None, decimals: int = 1) -> str:
    """A share of one: 0.0412 is 4.1%."""
    return "–" if share is None else f"{number(Decimal(str(share)) * 100, decimals)}%"


def change(share: float | Decimal | None, decimals: int = 1) -> str:
    """A change of a figure, with its sign: +4.1%."""
    if share is None:
        return "–"
    text = percent(share, decimals)
    return text if text.startswith(MINUS) else f"+{text}"


def points(share: float | Decimal | None, decimals: int = 2) -> str:
    """A change between two rates, in percentage points."""
    if share is None:
        return "–"
    text = number(Decimal(str(share)) * 100, decimals)
    return _("{points} pp", points=text if text.startswith(MINUS) else f"+{text}")


def size(byte_count: int) -> str:
    """82 KB, 6.4 MB."""
    value = float(byte_count)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit != "MB" else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"


def day(on: date | None, style: str = "long") -> str:
    """Styles: long (24 Nov 2026), short (24 Nov), weekday (Tue 24 Nov), month, full, name."""
    if on is None:
        return "–"
    if isinstance(on, datetime):
        on = on.astimezone(zone()).date()
    return _day(on, current_language(), style)


def time(at: datetime | None, style: str = "minutes") -> str:
    if at is None:
        return "–"
    return at.astimezone(zone()).strftime("%H:%M:%S" if style == "seconds" else "%H:%M")


def moment(at: datetime | None) -> str:
    """The day and the minute: 24 Nov 14:05; the year only where it is another one."""
    if at is None:
        return "–"
    same_year = at.astimezone(zone()).year == clock.now().astimezone(zone()).year
    return f"{day(at, 'short' if same_year else 'long')} {time(at)}"


def duration(seconds: float | None) -> str:
    """18 s, 2 min 06 s, 1 h 04 min."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return _("{seconds} s", seconds=f"{seconds:.1f}")
    whole = round(seconds)
    if whole < 60:
        return _("{seconds} s", seconds=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=f"{rest:02d}")
    hours, minutes = divmod(minutes, 60)
    return _("{hours} h {minutes} min", hours=hours, minutes=f"{minutes:02d}")


def ago(at: datetime | None) -> Markup:
    """8 min ago, with the exact instant for the pointer and for machines."""
    if at is None:
        return Markup("–")
    exact = f"{day(at, 'long')} {time(at, 'seconds')}"
    pattern = Markup('<time datetime="{}" title="{}">{}</time>')
    return pattern.format(at.isoformat(timespec="seconds"), exact, _elapsed(at))


def late(days: int) -> str:
    """Days past due in words; nothing late is current."""
    return ngettext("{n} d late", "{n} d late", days) if days > 0 else _("Current")


def _elapsed(at: datetime) -> str:
    seconds = int((clock.now() - at).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("{n} min ago", n=seconds // 60)
    if seconds < 24 * 3600:
        return _("{n} h ago", n=seconds // 3600)
    return moment(at)


@lru_cache(8192)
def _day(on: date, language: str, style: str) -> str:
    return str(format_date(on, _DAY[language][style], locale=locale(language)))
