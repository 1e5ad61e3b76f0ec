"""Our own scalars. Each takes what its specification says, and nothing that looks like it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode
from graphql.language import IntValueNode
from strawberry.types.scalar import ScalarDefinition

from app.idempotency import KEY_LENGTH_MAX
from app.money import CurrencyUnknown, exponent

BigInt = NewType("BigInt", int)
CurrencyCode = NewType("CurrencyCode", str)
IdempotencyKey = NewType("IdempotencyKey", str)

BIG_INT_MAX = 2**63 - 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?", re.ASCII)
_BIG_INT = re.compile(r"-?(0|[1-9]\d{0,18})", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_KEY = re.compile(rf"[!-~]{{1,{KEY_LENGTH_MAX}}}", re.ASCII)


def parse_date(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value, _DATE, "a date such as 2026-01-31"))
    except ValueError:
        raise GraphQLError("There is no such day in the calendar.") from None


def parse_date_time(value: Any) -> datetime:
    text = _text(value, _DATE_TIME, "a time with its offset, such as 2026-01-31T08:30:00Z")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("There is no such time.") from None


def parse_decimal(value: Any) -> Decimal:
    return Decimal(_text(value, _DECIMAL, "a plain decimal in a string, such as “1234.56”"))


def parse_big_int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    else:
        number = int(_text(value, _BIG_INT, "a whole number"))
    if abs(number) > BIG_INT_MAX:
        raise GraphQLError("This number has more than 64 bits.")
    return number


def parse_currency(value: Any) -> str:
    text = _text(value, _CURRENCY, "three capital letters, such as CNY")
    try:
        exponent(text)
    except CurrencyUnknown:
        raise GraphQLError("There is no such currency.") from None
    return text


def parse_key(value: Any) -> str:
    return _text(value, _KEY, f"1 to {KEY_LENGTH_MAX} printable ASCII characters, no spaces")


def show_date_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def show_decimal(value: Decimal) -> str:
    """Never with an exponent."""
    return format(value, "f")


def _text(value: Any, pattern: re.Pattern[str], wanted: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise GraphQLError(f"Send {wanted}.")
    return value


def _scalar(
    name: str,
    parse: Callable[[Any], Any],
    *,
    show: Callable[[Any], Any],
    description: str,
    specified_by: str,
) -> ScalarDefinition:
    """Literals are read like variables, so that neither takes what the other refuses."""

    def parse_literal(node: ValueNode, variables: Any = None) -> Any:
        if isinstance(node, StringValueNode):
            return parse(node.value)
        if isinstance(node, IntValueNode) and parse is parse_big_int:
            return parse(node.value)
        raise GraphQLError("Send a string.", node)

    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=specified_by,
        serialize=show,
        parse_value=parse,
        parse_literal=parse_literal,
    )


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar(
        "Date",
        parse_date,
        show=date.isoformat,
        description="A calendar day as YYYY-MM-DD.",
        specified_by="https://scalars.graphql.org/andimarek/local-date",
    ),
    datetime: _scalar(
        "DateTime",
        parse_date_time,
        show=show_date_time,
        description="An instant by RFC 3339, always with its offset; answers are in UTC.",
        specified_by="https://scalars.graphql.org/andimarek/date-time",
    ),
    Decimal: _scalar(
        "Decimal",
        parse_decimal,
        show=show_decimal,
        description=(
            "A decimal number in a string: digits with a point,"
            " never a float, never an exponent, never NaN."
        ),
        specified_by="https://www.w3.org/TR/xmlschema-2/#decimal",
    ),
    BigInt: _scalar(
        "BigInt",
        parse_big_int,
        show=str,
        description="A whole number of up to 64 bits, in a string.",
        specified_by="https://www.w3.org/TR/xmlschema-2/#long",
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        parse_currency,
        show=str,
        description="A currency by ISO 4217: three capital letters.",
        specified_by="https://www.iso.org/iso-4217-currency-codes.html",
    ),
    IdempotencyKey: _scalar(
        "IdempotencyKey",
        parse_key,
        show=str,
        description=(
            "An identifier you make, one for each order, such as a UUID."
            " The same key with the same input has one effect and one answer."
        ),
        specified_by="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/",
    ),
}
