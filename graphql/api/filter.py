"""Typed operators to filter a list by, and their way into a condition.

There are operators only for columns that an index serves; a test reads the catalogue for it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import strawberry
from strawberry.types.unset import UNSET

from api.code import Code
from api.identifier import Kind, decode_as
from api.limit import LIMITS
from api.refusal import Refused
from app.listing import AllOf, AnyOf, Condition, Not, Operator, Test

_OPERATORS = {
    "eq": Operator.eq,
    "in_": Operator.any_of,
    "gte": Operator.gte,
    "gt": Operator.gt,
    "lte": Operator.lte,
    "lt": Operator.lt,
    "is_null": Operator.is_null,
}
_EQ = "Equal to this."
_IN = "Equal to one of these, at most 100."


@strawberry.input(description="Which ids.")
class IdFilter:
    eq: strawberry.ID | None = strawberry.field(default=UNSET, description=_EQ)
    in_: list[strawberry.ID] | None = strawberry.field(default=UNSET, name="in", description=_IN)


@strawberry.input(description="Which texts, letter by letter.")
class TextFilter:
    eq: str | None = strawberry.field(default=UNSET, description=_EQ)
    in_: list[str] | None = strawberry.field(default=UNSET, name="in", description=_IN)


@strawberry.input(description="Which numbers.")
class IntFilter:
    eq: int | None = strawberry.field(default=UNSET, description=_EQ)
    in_: list[int] | None = strawberry.field(default=UNSET, name="in", description=_IN)
    gte: int | None = strawberry.field(default=UNSET, description="This or more.")
    gt: int | None = strawberry.field(default=UNSET, description="More than this.")
    lte: int | None = strawberry.field(default=UNSET, description="This or less.")
    lt: int | None = strawberry.field(default=UNSET, description="Less than this.")


@strawberry.input(description="Which days.")
class DateFilter:
    eq: date | None = strawberry.field(default=UNSET, description="On this day.")
    in_: list[date] | None = strawberry.field(
        default=UNSET, name="in", description="On one of these days, at most 100."
    )
    gte: date | None = strawberry.field(default=UNSET, description="On this day or later.")
    gt: date | None = strawberry.field(default=UNSET, description="After this day.")
    lte: date | None = strawberry.field(default=UNSET, description="On this day or earlier.")
    lt: date | None = strawberry.field(default=UNSET, description="Before this day.")
    is_null: bool | None = strawberry.field(default=UNSET, description="True: without a day.")


def customer_key(id: str) -> int:
    """Of a borrower whose rows are wanted."""
    return decode_as(Kind.Customer, id, argument="where.customer").id


def _as_it_is(value: Any) -> Any:
    return value


class Filterable(NamedTuple):
    """A field of a filter input: what the listing calls it, and how its values are read."""

    name: str
    convert: Callable[[Any], Any] = _as_it_is


def condition_of(where: Any, fields: Mapping[str, Filterable], depth: int = 0) -> Condition:
    """All fields of one filter must hold; so must its AND, OR and NOT."""
    if where is UNSET or where is None:
        return AllOf(())
    if depth > LIMITS.filter_depth:
        raise Refused(
            Code.FILTER_TOO_DEEP,
            f"AND, OR and NOT go {LIMITS.filter_depth} levels deep.",
            limit=LIMITS.filter_depth,
        )
    parts: list[Condition] = []
    for attribute, filterable in fields.items():
        operators = getattr(where, attribute)
        if operators is not UNSET:
            parts += _tests(attribute, operators, filterable)
    parts += [condition_of(part, fields, depth + 1) for part in _given(where.AND)]
    if where.OR is not UNSET:
        inside = [condition_of(part, fields, depth + 1) for part in _given(where.OR)]
        parts.append(AnyOf(tuple(inside)))
    if where.NOT is not UNSET:
        parts.append(Not(condition_of(_required("NOT", where.NOT), fields, depth + 1)))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _tests(attribute: str, operators: Any, filterable: Filterable) -> Iterable[Test]:
    _required(attribute, operators)
    for name, operator in _OPERATORS.items():
        value = getattr(operators, name, UNSET)
        if value is UNSET:
            continue
        _required(name.rstrip("_"), value)
        if operator is Operator.is_null:
            yield Test(filterable.name, operator, value)
        elif operator is Operator.any_of:
            yield Test(filterable.name, operator, tuple(filterable.convert(v) for v in value))
        else:
            yield Test(filterable.name, operator, filterable.convert(value))


def _given(parts: Any) -> list[Any]:
    return [] if parts is UNSET else list(_required("AND and OR", parts))


def _required(name: str, value: Any) -> Any:
    """A null where a value belongs would silently match everything."""
    if value is None:
        raise Refused(Code.BAD_USER_INPUT, f"'{name}' takes a value; leave it out instead of null.")
    return value
