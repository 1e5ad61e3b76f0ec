"""The schema as a promise: committed, described, bounded, and true to the database."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_list_type,
    parse,
    validate,
)
from strawberry.utils.str_converters import to_camel_case

from api.collection.case import CloseReason, Stage
from api.customer.customer import CustomerKind
from api.directive import Bounded, Cost
from api.loan.loan import LoanStatus
from api.price import directives_of
from api.schema import schema
from app import database
from app.collection import models as collection
from app.customer import models as customer
from app.loan import models as loan

HERE = Path(__file__).parents[2] / "graphql"
SCHEMA = schema()._schema
OURS = {name: kind for name, kind in SCHEMA.type_map.items() if not name.startswith("__")}
OPERATIONS = sorted((HERE / "operations").glob("*.graphql"))
TABLES = {
    "Loan": "loan",
    "Instalment": "instalment",
    "Payment": "payment",
    "Customer": "customer",
    "Case": "collection_case",
}


def described() -> Iterator[tuple[str, Any]]:
    for name, kind in OURS.items():
        if name not in {"String", "Int", "Float", "Boolean", "ID"}:
            yield name, kind
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, definition in kind.fields.items():
                yield f"{name}.{field}", definition
                yield from (
                    (f"{name}.{field}({argument}:)", taken)
                    for argument, taken in definition.args.items()
                )
        elif isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", taken) for field, taken in kind.fields.items())


def object_types() -> Iterator[GraphQLObjectType | GraphQLInterfaceType]:
    for kind in OURS.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            yield kind


def test_the_committed_schema_is_the_one_we_serve() -> None:
    """`afterloan schema > graphql/schema.graphql` brings it up to date."""
    assert (HERE / "schema.graphql").read_text() == schema().as_str() + "\n"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda path: path.stem)
def test_every_operation_fits_the_schema(operation: Path) -> None:
    assert validate(SCHEMA, parse(operation.read_text())) == []


def test_there_is_an_example_of_every_root_field() -> None:
    examples = " ".join(path.read_text() for path in OPERATIONS)
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    roots = {*SCHEMA.query_type.fields, *SCHEMA.mutation_type.fields} - {"node", "customer"}
    assert [name for name in roots if f"{name}(" not in examples] == []


def test_everything_has_a_description() -> None:
    everything = list(described())
    assert len(everything) > 200
    assert [name for name, one in everything if not (one.description or "").strip()] == []


def test_a_list_of_objects_is_a_page_or_has_a_bound() -> None:
    """Without one, a request decides how much memory it takes."""
    found = []
    for kind in object_types():
        for name, field in kind.fields.items():
            if not _is_list(field.type) or not is_composite_type(get_named_type(field.type)):
                continue
            is_page = kind.name.endswith("Connection") and name in {"edges", "nodes"}
            has_bound = any(isinstance(one, Bounded) for one in directives_of(field))
            found.append((f"{kind.name}.{name}", is_page or has_bound))
    assert len(found) >= 10
    assert [name for name, is_bounded in found if not is_bounded] == []


def test_a_page_says_by_which_arguments_its_cost_is_multiplied() -> None:
    for kind in object_types():
        for name, field in kind.fields.items():
            if get_named_type(field.type).name.endswith("Connection"):
                (cost,) = [one for one in directives_of(field) if isinstance(one, Cost)]
                assert cost.multipliers == ["first", "last"], f"{kind.name}.{name}"
                assert {"first", "after", "last", "before"} <= field.args.keys()


def test_money_is_never_a_float() -> None:
    assert "Float" not in OURS


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        (LoanStatus, loan.LoanStatus),
        (CustomerKind, customer.CustomerKind),
        (Stage, collection.Stage),
        (CloseReason, collection.CloseReason),
    ],
)
def test_an_enum_knows_every_value_of_the_domain(shown: type[StrEnum], kept: type[StrEnum]) -> None:
    assert [(one.name, one.value) for one in shown] == [
        (one.name.upper(), one.value) for one in kept
    ]


def test_enum_values_are_written_alike() -> None:
    for kind in OURS.values():
        if isinstance(kind, GraphQLEnumType):
            assert all(name == name.upper() for name in kind.values), kind.name


@pytest.mark.usefixtures("database")
async def test_a_field_is_null_where_its_column_may_be() -> None:
    compared = []
    for type_name, table in TABLES.items():
        nullable = {
            row["column_name"]: row["is_nullable"] == "YES"
            for row in await database.rows(
                "SELECT column_name, is_nullable FROM information_schema.columns"
                " WHERE table_name = $1",
                table,
            )
        }
        names = {to_camel_case(column.removesuffix("_minor")): column for column in nullable}
        kind = OURS[type_name]
        assert isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items():
            if name in names:
                is_null = not isinstance(field.type, GraphQLNonNull)
                compared.append((f"{type_name}.{name}", is_null, nullable[names[name]]))
    assert len(compared) > 50
    assert [one for one in compared if one[1] != one[2]] == []


def test_every_mutation_has_one_input_and_a_payload_of_its_own() -> None:
    assert SCHEMA.mutation_type
    for name, field in SCHEMA.mutation_type.fields.items():
        title = name[0].upper() + name[1:]
        assert list(field.args) == ["input"]
        assert str(field.args["input"].type) == f"{title}Input!"
        assert str(field.type) == f"{title}Payload!"
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["userErrors"].type) == f"[{title}Error!]!"


def test_moving_money_needs_a_key_and_editing_a_version() -> None:
    for name, needed in (
        ("PostPaymentInput", "idempotencyKey"),
        ("ReversePaymentInput", "idempotencyKey"),
        ("MoveCaseInput", "expectedVersion"),
    ):
        kind = OURS[name]
        assert isinstance(kind, GraphQLInputObjectType)
        assert isinstance(kind.fields[needed].type, GraphQLNonNull)


def _is_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
