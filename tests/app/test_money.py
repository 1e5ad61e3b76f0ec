from decimal import Decimal

import pytest

from app.errors import AfterloanError
from app.money import (
    AmountInvalid,
    AmountTooLarge,
    AmountTooPrecise,
    CurrencyUnknown,
    Money,
    exponent,
    parse_amount,
    to_decimal,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("0", "CNY", 0),
        ("1234.56", "CNY", 123_456),
        ("-0.01", "CNY", -1),
        ("1.50", "USD", 150),
        ("1.5", "USD", 150),
        ("7", "JPY", 7),
        ("7.00", "JPY", 7),
        ("1.234", "KWD", 1_234),
        ("10000000000000.00", "CNY", 10**15),
    ],
)
def test_plain_decimals_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", AmountInvalid),
        ("NaN", AmountInvalid),
        ("Infinity", AmountInvalid),
        ("1e5", AmountInvalid),
        ("1_000", AmountInvalid),
        ("1,000.00", AmountInvalid),
        ("+5", AmountInvalid),
        (" 5", AmountInvalid),
        ("5\n", AmountInvalid),
        (".5", AmountInvalid),
        ("5.", AmountInvalid),
        ("１２", AmountInvalid),
        ("٣", AmountInvalid),
        ("0x10", AmountInvalid),
        ("1.001", AmountTooPrecise),
        ("10000000000000.01", AmountTooLarge),
        ("9" * 30, AmountTooLarge),
    ],
)
def test_what_is_no_plain_decimal_is_refused_by_name(
    text: str, refusal: type[AfterloanError]
) -> None:
    with pytest.raises(refusal) as refused:
        parse_amount(text, "CNY")
    assert refused.value.render_mend("zh-CN") != refused.value.render_mend("en") != ""


def test_currencies_have_their_own_exponent() -> None:
    assert [exponent(code) for code in ("CNY", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    with pytest.raises(CurrencyUnknown):
        exponent("RMB")


def test_money_adds_only_its_own_currency() -> None:
    assert Money(150, "CNY") + Money(50, "CNY") == Money(200, "CNY")
    assert Money(150, "CNY") - Money(50, "CNY") == Money(100, "CNY")
    assert Money(150, "CNY").decimal() == to_decimal(150, "CNY") == Decimal("1.50")
    with pytest.raises(AssertionError, match="never mixed"):
        Money(1, "CNY") + Money(1, "USD")
