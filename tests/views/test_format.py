from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app import clock
from app.i18n import speaking
from app.money import CurrencyUnknown
from views import format as formats

NOW = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)


@pytest.fixture(params=["zh-CN", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with speaking(request.param), clock.frozen_at(NOW):
        yield request.param


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (123456789, "CNY", "¥1,234,567.89"),
        (5, "CNY", "¥0.05"),
        (0, "CNY", "¥0.00"),
        (-472370, "CNY", "−¥4,723.70"),
        (123456, "USD", "$1,234.56"),
        (1234, "JPY", "JP¥1,234"),
        (1234567, "KWD", "KWD\N{NO-BREAK SPACE}1,234.567"),
        (10**15, "CNY", "¥10,000,000,000,000.00"),
        (None, "CNY", "–"),
    ],
)
def test_money_is_exact_and_the_same_in_both_languages(
    language: str, amount_minor: int | None, currency: str, text: str
) -> None:
    assert formats.money(amount_minor, currency) == text


def test_money_in_no_currency_is_refused() -> None:
    with pytest.raises(CurrencyUnknown):
        formats.money(1, "¥¥¥")


@pytest.mark.parametrize(
    ("amount_minor", "chinese", "english"),
    [
        (0, "¥0", "¥0"),
        (99949, "¥999", "¥999"),
        (803600, "¥8,036", "¥8.0K"),
        (123500000, "¥123.5万", "¥1.2M"),
        (9870000000, "¥9,870万", "¥98.7M"),
        (129000000000, "¥12.9亿", "¥1.3B"),
        (129000000000000, "¥12,900亿", "¥1,290B"),
        (-123500000, "−¥123.5万", "−¥1.2M"),
        (99999999_99, "¥10,000万", "¥100.0M"),
    ],
)
def test_short_money_counts_in_the_readers_units(
    language: str, amount_minor: int, chinese: str, english: str
) -> None:
    assert formats.money_short(amount_minor) == (chinese if language == "zh-CN" else english)


def test_rates_changes_and_points(language: str) -> None:
    assert formats.percent(Decimal("0.0412"), 2) == "4.12%"
    assert formats.percent(0.672) == "67.2%"
    assert formats.percent(None) == "–"
    assert formats.change(0.031) == "+3.1%"
    assert formats.change(-0.0021, 2) == "−0.21%"
    points = "−0.21 个百分点" if language == "zh-CN" else "−0.21 pp"
    assert formats.points(Decimal("-0.0021")) == points


@pytest.mark.parametrize(
    ("style", "chinese", "english"),
    [
        ("long", "2026年11月24日", "24 Nov 2026"),
        ("short", "11月24日", "24 Nov"),
        ("weekday", "11月24日 周二", "Tue 24 Nov"),
        ("month", "2026年11月", "Nov 2026"),
        ("full", "2026年11月24日 星期二", "Tuesday 24 November 2026"),
        ("name", "星期二", "Tuesday"),
    ],
)
def test_days(language: str, style: str, chinese: str, english: str) -> None:
    text = formats.day(date(2026, 11, 24), style)
    assert text == (chinese if language == "zh-CN" else english)


def test_september_is_three_letters_long_like_the_others() -> None:
    with speaking("en"):
        assert formats.day(date(2026, 9, 1), "short") == "1 Sep"


def test_an_instant_is_told_in_the_books_zone_not_in_utc() -> None:
    evening = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    with speaking("en"), clock.frozen_at(NOW):
        assert formats.day(evening) == "25 Nov 2026"
        assert formats.time(evening) == "00:30"
        assert formats.moment(evening) == "25 Nov 00:30"
        assert formats.moment(evening.replace(year=2025)) == "25 Nov 2025 00:30"


@pytest.mark.parametrize(
    ("before", "chinese", "english"),
    [
        (timedelta(seconds=59), "刚刚", "just now"),
        (timedelta(minutes=8, seconds=30), "8 分钟前", "8 min ago"),
        (timedelta(hours=3), "3 小时前", "3 h ago"),
        (timedelta(days=2), "11月22日 14:05", "22 Nov 14:05"),
    ],
)
def test_ago_keeps_the_exact_instant(
    language: str, before: timedelta, chinese: str, english: str
) -> None:
    at = NOW - before
    text = str(formats.ago(at))
    assert f">{chinese if language == 'zh-CN' else english}</time>" in text
    assert f'datetime="{at.isoformat()}"' in text


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0.4, "0.4 秒", "0.4 s"),
        (18, "18 秒", "18 s"),
        (126, "2 分 06 秒", "2 min 06 s"),
        (3840, "1 小时 04 分", "1 h 04 min"),
        (None, "–", "–"),
    ],
)
def test_durations(language: str, seconds: float | None, chinese: str, english: str) -> None:
    assert formats.duration(seconds) == (chinese if language == "zh-CN" else english)


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [(0, "正常", "Current"), (1, "逾期 1 天", "1 d late"), (133, "逾期 133 天", "133 d late")],
)
def test_lateness_in_words(language: str, days: int, chinese: str, english: str) -> None:
    assert formats.late(days) == (chinese if language == "zh-CN" else english)


@pytest.mark.parametrize(
    ("byte_count", "text"), [(900, "900 B"), (82_000, "82 KB"), (6_400_000, "6.4 MB")]
)
def test_sizes(byte_count: int, text: str) -> None:
    assert formats.size(byte_count) == text
