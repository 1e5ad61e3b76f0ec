"""Deny by default: the schema itself says which scope opens a field, and silence closes it."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    parse,
    validate,
)

from api.directive import RequiresScopes
from api.price import directives_of
from api.schema import ApiSchema, schema
from api.scope import CLOSED, SCOPE_NAMES, requirement_of, satisfied
from app.identity.scope import Scope
from tests.graphql.client import ALL_SCOPES, Api, integrator

SCHEMA = schema()._schema


def object_fields() -> Iterator[tuple[GraphQLObjectType | GraphQLInterfaceType, str]]:
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind.name[:2] != "__":
            yield from ((kind, name) for name in kind.fields)


FIELDS = list(object_fields())


def test_every_field_says_what_it_needs() -> None:
    assert len(FIELDS) > 100
    closed = [
        f"{kind.name}.{name}"
        for kind, name in FIELDS
        if requirement_of(SCHEMA, kind, name) == CLOSED
    ]
    assert closed == []


def test_only_scopes_that_exist_are_asked_for() -> None:
    asked = {
        scope
        for kind, name in FIELDS
        for names in requirement_of(SCHEMA, kind, name)
        for scope in names
    }
    assert asked == set(SCOPE_NAMES)


async def test_a_token_without_scopes_is_refused_every_field() -> None:
    """Without a database: nothing is read before the document is allowed."""
    nobody = Api(integrator())
    for kind, name in FIELDS:
        query = document_reaching(kind, name)
        assert validate(SCHEMA, parse(query)) == [], query
        response = await nobody.ask(query)
        assert "data" not in response, query
        (error,) = response["errors"]
        assert error["extensions"]["code"] == "INSUFFICIENT_SCOPE", query
        assert error["extensions"]["missingScopes"], query


async def test_the_whole_missing_set_is_told_at_once() -> None:
    query = """
        { loans { nodes { payments { nodes { id } } customer { address } } }
          cases { nodes { id } } }
    """
    response = await Api(integrator(Scope.loans_read)).ask(query)
    (error,) = response["errors"]
    assert error["extensions"]["missingScopes"] == [
        "cases:read",
        "customers:read",
        "payments:read",
        "personal:read",
    ]
    assert "Customer.address" in error["extensions"]["fields"]
    assert error["message"] == (
        "The token lacks: cases:read, customers:read, payments:read, personal:read."
    )


async def test_scopes_are_found_through_fragments() -> None:
    query = """
        { loans { ...page } }
        fragment page on LoanConnection { nodes { ... on Loan { ...loan } } }
        fragment loan on Loan { customer { name } }
    """
    assert await Api(integrator(Scope.loans_read)).codes(query) == ["INSUFFICIENT_SCOPE"]


async def test_a_field_that_says_nothing_is_closed_to_everybody() -> None:
    @strawberry.type
    class Forgetful:
        @strawberry.field
        def forgotten(self) -> str:
            raise AssertionError("nobody gets here")

    api = Api(integrator(*ALL_SCOPES), ApiSchema(Forgetful, None))
    assert await api.codes("{ forgotten }") == ["INSUFFICIENT_SCOPE"]


async def test_introspection_needs_a_scope_and_so_do_suggestions() -> None:
    asks, misspelt = "{ __schema { queryType { name } } }", "{ lones { nodes { id } } }"
    nobody, somebody = Api(integrator()), Api(integrator(Scope.cases_read))

    assert await nobody.codes(asks) == ["INSUFFICIENT_SCOPE"]
    assert (await somebody.data(asks))["__schema"]["queryType"]["name"] == "Query"

    told = [(await api.ask(misspelt))["errors"][0]["message"] for api in (nobody, somebody)]
    assert told[0] == "Cannot query field 'lones' on type 'Query'."
    assert told[1].startswith("Cannot query field 'lones' on type 'Query'. Did you mean")


def test_no_permission_class_slows_a_field_down() -> None:
    for kind, name in FIELDS:
        field = SCHEMA.get_field(kind, name)
        assert field is not None
        definition: Any = field.extensions["strawberry-definition"]
        assert definition.permission_classes == []
        assert definition.extensions == []


def test_an_empty_alternative_would_open_a_field_to_all() -> None:
    for kind, name in FIELDS:
        assert not satisfied(requirement_of(SCHEMA, kind, name), frozenset())
    declared = [
        one
        for kind in SCHEMA.type_map.values()
        for one in directives_of(kind)
        if isinstance(one, RequiresScopes)
    ]
    assert len(declared) > 10


def document_reaching(kind: GraphQLNamedType, name: str) -> str:
    """The shortest valid document that selects the field."""
    path, reached = _path_to(kind)
    field = SCHEMA.get_field(reached, name)  # type: ignore[arg-type]
    assert field is not None
    text = _selected(name, field)
    for step, parent in reversed(path):
        if isinstance(parent, GraphQLObjectType) and step.startswith("..."):
            text = f"{step} {{ {text} }}"
        else:
            on = SCHEMA.get_field(parent, step)  # type: ignore[arg-type]
            assert on is not None
            text = f"{step}{_arguments(on)} {{ {text} }}"
    root = path[0][1] if path else reached
    return f"{'mutation' if root.name == 'Mutation' else 'query'} {{ {text} }}"


def _path_to(kind: GraphQLNamedType) -> tuple[list[tuple[str, GraphQLNamedType]], GraphQLNamedType]:
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    waiting: list[tuple[GraphQLNamedType, list[tuple[str, GraphQLNamedType]]]] = [
        (SCHEMA.query_type, []),
        (SCHEMA.mutation_type, []),
    ]
    seen = {one.name for one, _ in waiting}
    while waiting:
        reached, path = waiting.pop(0)
        if reached is kind:
            return path, reached
        for step, field in reached.fields.items():  # type: ignore[attr-defined]
            following = get_named_type(field.type)
            if is_composite_type(following) and following.name not in seen:
                seen.add(following.name)
                waiting.append((following, [*path, (step, reached)]))
    # No field leads to an interface of errors: its members do.
    (member, *_) = SCHEMA.get_implementations(kind).objects  # type: ignore[arg-type]
    return _path_to(member)


def _selected(name: str, field: GraphQLField) -> str:
    inner = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return f"{name}{_arguments(field)}{inner}"


def _arguments(field: GraphQLField) -> str:
    needed = {n: a for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    if not needed:
        return ""
    return "(" + ", ".join(f"{n}: {_literal(a.type)}" for n, a in needed.items()) + ")"


def _literal(kind: Any) -> str:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if is_list_type(kind):
        return "[]"
    if isinstance(kind, GraphQLInputObjectType):
        needed = {n: f for n, f in kind.fields.items() if isinstance(f.type, GraphQLNonNull)}
        return "{" + ", ".join(f"{n}: {_literal(f.type)}" for n, f in needed.items()) + "}"
    if is_enum_type(kind):
        return str(next(iter(kind.values)))
    assert isinstance(kind, GraphQLScalarType)
    examples = {"Int": "1", "Date": '"2026-01-31"', "Decimal": '"1.00"', "CurrencyCode": '"CNY"'}
    return examples.get(kind.name, '"x"')
