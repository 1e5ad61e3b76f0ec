"""What one field of the schema costs, read off its directives once."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_composite_type,
)

from api.directive import Bounded, Cost

# How long the lists of the introspection types are taken to be.
_INTROSPECTION_ITEMS = 10
_INTROSPECTION_ARGUMENTS = 3


class Price(NamedTuple):
    weight: int
    type: GraphQLNamedType | None
    # A list whose length is known here. A list without it is a page's rows: its page knows.
    size: int | None = None
    is_list: bool = False
    multipliers: tuple[str, ...] = ()


UNKNOWN = Price(0, None)


class Prices:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: dict[tuple[str, str], Price] = {}

    def of(self, parent: GraphQLNamedType | None, name: str) -> Price:
        if parent is None:
            return UNKNOWN
        key = parent.name, name
        if key not in self._known:
            field = self._schema.get_field(parent, name)  # type: ignore[arg-type]
            if field is None:
                return UNKNOWN
            self._known[key] = self._read(parent, name, field)
        return self._known[key]

    def root(self, operation: OperationType) -> GraphQLNamedType | None:
        return self._schema.get_root_type(operation)

    def type_named(self, name: str) -> GraphQLNamedType | None:
        return self._schema.type_map.get(name)

    def _read(self, parent: GraphQLNamedType, name: str, field: GraphQLField) -> Price:
        kind = get_named_type(field.type)
        is_list = _is_list(field.type)
        weight = 1 if is_composite_type(kind) else 0
        if parent.name.startswith("__"):
            return Price(weight, kind, self._introspected(name) if is_list else None, is_list)
        directives = directives_of(field)
        cost = next((one for one in directives if isinstance(one, Cost)), None)
        bounded = next((one for one in directives if isinstance(one, Bounded)), None)
        return Price(
            weight if cost is None else cost.weight,
            kind,
            bounded.max if bounded else None,
            is_list,
            tuple(cost.multipliers) if cost else (),
        )

    def _introspected(self, name: str) -> int:
        if name == "types":
            return len(self._schema.type_map)
        return _INTROSPECTION_ARGUMENTS if name == "args" else _INTROSPECTION_ITEMS


def directives_of(element: Any) -> Iterable[object]:
    """The schema directives of a field, object or interface type made by strawberry."""
    definition = (element.extensions or {}).get("strawberry-definition")
    return getattr(definition, "directives", None) or ()


def _is_list(kind: Any) -> bool:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList)
