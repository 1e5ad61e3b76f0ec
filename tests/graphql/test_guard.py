"""The linear pass, on the real schema: what is counted, and that nothing makes it slow."""

import pytest
from graphql import get_introspection_query, parse

from api.guard import Weight, choose_operation, weigh
from api.limit import Limits
from api.refusal import Refused
from api.schema import schema
from api.variables import Variables
from tests.graphql.hostile import chained_fragments


def weighed(query: str, limits: Limits | None = None, **values: object) -> Weight:
    document = parse(query)
    operation = choose_operation(document, None)
    variables = Variables(operation, values)
    return weigh(document, operation, variables, schema().prices, limits or Limits())


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 0),
        # The connection, and twice fifty rows.
        ("{ loans(first: 50) { nodes { id number } } }", 51),
        ("{ loans { nodes { id } } }", 21),
        ("{ loans(first: 50) { nodes { customer { id name } } } }", 101),
        # An edge is an object, and so is the node in it.
        ("{ loans(first: 10) { edges { cursor node { id } } } }", 21),
        ("{ loans(first: 10) { nodes { id } pageInfo { endCursor } } }", 12),
        ("{ loans(first: 10) { totalCount { value } nodes { id } } }", 31),
        ("{ loans(first: 20) { nodes { instalments(first: 12) { nodes { id } } } } }", 281),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 4),
        ("{ loans(first: 10) { nodes { allowedActions { action } } } }", 121),
        ("{ loans(first: 10) { ...page } } fragment page on LoanConnection { nodes { id } }", 11),
        ("{ a: loans(first: 5) { nodes { id } } b: loans(first: 5) { nodes { id } } }", 12),
    ],
)
def test_the_cost_can_be_computed_from_the_schema(query: str, cost: int) -> None:
    assert weighed(query).cost == cost


def test_a_variable_counts_as_what_it_holds() -> None:
    query = "query ($n: Int = 5) { loans(first: $n) { nodes { id } } }"
    assert weighed(query).cost == 6
    assert weighed(query, n=100).cost == 101
    several = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert weighed(several, ids=["a"] * 7).cost == 8


def test_everything_in_fragments_is_counted_as_often_as_it_is_spread() -> None:
    query = """
        { ...twice loans { ...page } }
        fragment twice on Query { a: __typename ...once ...once }
        fragment once on Query { b: __typename @skip(if: false) }
        fragment page on LoanConnection { ... on LoanConnection { nodes { id } } }
    """
    weight = weighed(query)
    assert (weight.fields, weight.width, weight.aliases, weight.directives) == (6, 4, 3, 2)
    assert weight.depth == 3


def test_chained_fragments_are_weighed_once_each() -> None:
    """2^50 paths: a pass that walked them would never end."""
    with pytest.raises(Refused) as refused:
        weighed(chained_fragments(49))
    assert refused.value.code == "TOO_MANY_FIELDS"


def test_depth_is_found_through_fragments_in_whatever_order_they_are_met() -> None:
    """`inner` is first met where it fits, then where it does not."""
    query = """
        { loans { nodes { customer { loans { nodes { customer { ...inner } } } } }
          edges { node { customer { cases { nodes { customer { loans { nodes { customer {
            ...inner } } } } } } } } } } }
        fragment inner on Customer { loans { nodes { id } } }
    """
    with pytest.raises(Refused) as refused:
        weighed(query)
    assert refused.value.extensions == {"code": "TOO_DEEP", "limit": 12}


def test_the_usual_introspection_is_let_through() -> None:
    weight = weighed(get_introspection_query(specified_by_url=True, input_value_deprecation=True))
    assert weight.introspections == 1
    assert weight.cost == 1


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(fields=2), "TOO_MANY_FIELDS"),
        (Limits(aliases=0), "TOO_MANY_ALIASES"),
        (Limits(directives=0), "TOO_MANY_DIRECTIVES"),
        (Limits(depth=2), "TOO_DEEP"),
        (Limits(cost=5), "TOO_COSTLY"),
        (Limits(root_fields=0), "TOO_MANY_ROOT_FIELDS"),
        (Limits(page=5), "BAD_PAGE_SIZE"),
        (Limits(text=3), "TEXT_TOO_LONG"),
        (Limits(input_depth=1), "TOO_DEEP"),
        (Limits(items=1), "TOO_MANY_ITEMS"),
    ],
)
def test_each_limit_has_its_code_and_says_its_number(limits: Limits, code: str) -> None:
    query = """
        { mine: loans(first: 10, where: {sourceNumber: {in: ["0001", "0002"]}}) {
            nodes { id @include(if: true) } } }
    """
    with pytest.raises(Refused) as refused:
        weighed(query, limits)
    assert refused.value.code == code
    assert refused.value.extensions is not None
    assert isinstance(refused.value.extensions["limit"], int)


def test_what_the_schema_does_not_know_is_left_to_validation() -> None:
    assert weighed("{ nothing(first: 3) { at { all } } ... on Nobody { x } }").fields == 4
