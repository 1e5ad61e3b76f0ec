from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError, parse_value
from strawberry.types.scalar import ScalarDefinition

from api.scalar import (
    SCALARS,
    parse_big_int,
    parse_currency,
    parse_date,
    parse_date_time,
    parse_decimal,
    parse_key,
    show_date_time,
    show_decimal,
)

# What Python would read as a number without a word.
JUNK_NUMBERS = [
    "NaN", "sNaN", "Infinity", "-Infinity", "1e3", "1E400", "-0x1", "1_000", "1,000", "+1", " 1",
    "1 ", "1\n", "１２３", "٣", "01", ".5", "5.", "", "-", "1.2.3", "0." + "1" * 10,
    1.5, 1e400, float("nan"), True, None, [], {}, "\0",
]  # fmt: skip


@pytest.mark.parametrize("junk", [*JUNK_NUMBERS, "9" * 16, 1])
def test_a_decimal_is_plain_digits_in_a_string(junk: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_decimal(junk)


@pytest.mark.parametrize("text", ["0", "-0.01", "1234.50", "999999999999999.999999999"])
def test_a_decimal_comes_back_as_it_went(text: str) -> None:
    assert show_decimal(parse_decimal(text)) == text


def test_a_decimal_is_shown_without_an_exponent() -> None:
    assert show_decimal(Decimal("1E+3")) == "1000"
    assert show_decimal(Decimal("1E-9")) == "0.000000001"


@pytest.mark.parametrize("junk", [*JUNK_NUMBERS, "1.5", 2**63, str(2**63), "9" * 400])
def test_a_big_int_is_whole_and_fits(junk: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_big_int(junk)


@pytest.mark.parametrize("good", [0, -5, 2**63 - 1, "0", "-5", str(2**63 - 1)])
def test_a_big_int_is_taken_as_number_or_text(good: Any) -> None:
    assert parse_big_int(good) == int(good)


@pytest.mark.parametrize(
    "junk",
    ["20260131", "2026-W05-6", "2026-1-31", "2026-02-30", "2026-01-31T00:00:00Z", "２０２６-01-31",
     "2026-01-31 ", "0000-01-01", "", 20260131, None, "31.01.2026"],
)  # fmt: skip
def test_a_date_is_a_day_of_the_calendar(junk: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_date(junk)


def test_a_date_is_read() -> None:
    assert parse_date("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "junk",
    ["2026-01-31", "2026-01-31T08:00:00", "2026-01-31 08:00:00Z", "2026-01-31T08:00Z",
     "2026-01-31T24:00:00Z", "2026-01-31T08:00:00+0800", "2026-01-31T08:00:00.1234567Z",
     "0001-01-01T00:00:00+14:00", "2026-01-31T08:00:00z", 1769846400, None],
)  # fmt: skip
def test_a_time_says_its_offset(junk: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_date_time(junk)


def test_a_time_is_kept_in_utc() -> None:
    read = parse_date_time("2026-01-31T08:00:00.5+08:00")
    assert read == datetime(2026, 1, 31, 0, 0, 0, 500_000, tzinfo=UTC)
    assert read.tzinfo is UTC
    assert show_date_time(read) == "2026-01-31T00:00:00.500000Z"


@pytest.mark.parametrize("junk", ["cny", "CNYX", "ＣＮＹ", "XXQ", "", "¥", 156, None])
def test_a_currency_is_one_of_iso_4217(junk: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_currency(junk)


def test_a_currency_is_read() -> None:
    assert parse_currency("KWD") == "KWD"


@pytest.mark.parametrize("junk", ["", "a b", "é", "a\n", "\0", "x" * 201, 5, None])
def test_an_idempotency_key_is_printable(junk: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_key(junk)


def test_an_idempotency_key_is_read() -> None:
    assert parse_key("3f9d2c1e-" + "x" * 191) == "3f9d2c1e-" + "x" * 191


@pytest.mark.parametrize("literal", ["1.5", "true", "NULL", "[1]", "{a: 1}", "1e400", '" "'])
@pytest.mark.parametrize("scalar", SCALARS.values(), ids=lambda scalar: scalar.name)
def test_a_literal_is_no_back_door(scalar: ScalarDefinition, literal: str) -> None:
    assert scalar.parse_literal is not None
    with pytest.raises(GraphQLError):
        scalar.parse_literal(parse_value(literal), None)


def test_each_says_where_it_is_specified() -> None:
    assert all(scalar.specified_by_url for scalar in SCALARS.values())
