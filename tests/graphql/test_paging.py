"""Pages while the list changes under them: what stood all along is seen exactly once."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from app import database
from tests.factories import make_customer, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, integrator
from tests.graphql.rows import insert_cases, insert_customers, insert_loans, insert_payments

pytestmark = pytest.mark.usefixtures("database")

PAGE = 7
# field, order by, table, how rows are added
LISTS: list[tuple[str, str, str, Callable[[int], Awaitable[None]]]] = [
    ("loans", "id", "loan", insert_loans),
    ("loans", "disbursedOn", "loan", insert_loans),
    ("loans", "overdueSince", "loan", insert_loans),
    ("loans", "nextDueOn", "loan", insert_loans),
    ("cases", "id", "collection_case", insert_cases),
    ("cases", "overdueSince", "collection_case", insert_cases),
    ("customers", "id", "customer", insert_customers),
]
IDS = [f"{field} by {order}" for field, order, *_ in LISTS]


@pytest.fixture
async def api() -> Api:
    await set_business_date()
    return Api(integrator(*ALL_SCOPES))


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize(("field", "order", "table", "add"), LISTS, ids=IDS)
async def test_what_stood_all_along_is_seen_once_and_in_order(
    api: Api,
    field: str,
    order: str,
    table: str,
    add: Callable[[int], Awaitable[None]],
    direction: str,
    backward: bool,
) -> None:
    await add(40)
    chance = random.Random(f"{field} {order} {direction} {backward}")
    at_first = await everything(api, field, order, direction)
    seen: list[str] = []
    async for page in pages(api, field, order, direction, backward):
        seen += page
        await add(chance.randint(0, 3))
        await delete_some(table, chance.randint(0, 2), chance)
    at_last = set(await everything(api, field, order, direction))

    stood = [id for id in at_first if id in at_last]
    assert len(stood) > PAGE
    assert len(seen) == len(set(seen))
    assert [id for id in seen if id in set(stood)] == (stood[::-1] if backward else stood)


async def test_payments_are_paged_by_value_date(api: Api) -> None:
    await insert_payments(30)
    for direction in ("ASC", "DESC"):
        whole = await everything(api, "payments", "valueOn", direction)
        seen = [id async for page in pages(api, "payments", "valueOn", direction) for id in page]
        assert seen == whole
        assert len(seen) == 30


async def test_a_page_says_what_lies_around_it(api: Api) -> None:
    await insert_loans(10)
    first = (await api.data(loans("(first: 4)")))["loans"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)

    place = {"after": first["pageInfo"]["endCursor"]}
    rest = (await api.data(NEXT, place))["loans"]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert len(first["edges"]) + len(rest["edges"]) == 10

    place = {"before": rest["pageInfo"]["startCursor"]}
    back = (await api.data(PREVIOUS, place))["loans"]
    assert ids(back) == ids(first)
    assert (back["pageInfo"]["hasNextPage"], back["pageInfo"]["hasPreviousPage"]) == (True, False)


async def test_an_empty_page_has_no_cursors(api: Api) -> None:
    page = (await api.data(loans(more="totalCount { value precision }")))["loans"]
    assert page == {
        "totalCount": {"value": 0, "precision": "EXACT"},
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }


async def test_twenty_rows_if_nothing_is_said(api: Api) -> None:
    await insert_loans(30)
    assert len(ids((await api.data(loans()))["loans"])) == 20


@pytest.mark.parametrize(
    "arguments",
    ["first: 1, last: 1", 'last: 1, after: "x"', 'before: "x"', 'first: 1, before: "x"'],
)
async def test_one_goes_one_way(api: Api, arguments: str) -> None:
    assert await api.codes(loans(f"({arguments})")) == ["BAD_PAGING"]


async def test_a_cursor_serves_no_other_filter_order_or_list(api: Api) -> None:
    await insert_loans(30)
    end = (await api.data(loans("(first: 3)")))["loans"]["pageInfo"]["endCursor"]
    for query in (
        "query ($c: String) { loans(after: $c, orderBy: {id: DESC}) { nodes { id } } }",
        "query ($c: String) { loans(after: $c, orderBy: {disbursedOn: ASC}) { nodes { id } } }",
        "query ($c: String) { loans(after: $c, where: {bucket: {eq: 1}}) { nodes { id } } }",
        "query ($c: String) { payments(after: $c) { nodes { id } } }",
    ):
        assert await api.codes(query, {"c": end}) == ["INVALID_CURSOR"]


async def test_a_count_stops_at_its_cap(api: Api) -> None:
    customer_id = await make_customer()
    await insert_loans(10_000, customer_id=customer_id)
    counts = "{ loans(first: 1) { totalCount { value precision } } }"
    assert (await api.data(counts))["loans"]["totalCount"] == {
        "value": 10_000,
        "precision": "EXACT",
    }
    await insert_loans(5, customer_id=customer_id)
    assert (await api.data(counts))["loans"]["totalCount"] == {
        "value": 10_001,
        "precision": "AT_LEAST",
    }


SHAPE = """edges { cursor node { id } }
           pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""
NEXT = f"query ($after: String) {{ loans(after: $after) {{ {SHAPE} }} }}"
PREVIOUS = f"query ($before: String) {{ loans(last: 4, before: $before) {{ {SHAPE} }} }}"


def loans(arguments: str = "", *, more: str = "") -> str:
    return f"{{ loans{arguments} {{ {more} {SHAPE} }} }}"


def ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


async def pages(
    api: Api, field: str, order: str, direction: str, backward: bool = False
) -> AsyncIterator[list[str]]:
    """Backward, each page is turned round, so that all together run from the end."""
    size, place = ("last", "before") if backward else ("first", "after")
    query = f"""query ($place: String) {{
        page: {field}({size}: {PAGE}, {place}: $place, orderBy: {{{order}: {direction}}})
        {{ {SHAPE} }} }}"""
    at, more = None, True
    while more:
        page = (await api.data(query, {"place": at}))["page"]
        info = page["pageInfo"]
        more = info["hasPreviousPage" if backward else "hasNextPage"]
        at = info["startCursor" if backward else "endCursor"]
        yield ids(page)[::-1] if backward else ids(page)


async def everything(api: Api, field: str, order: str, direction: str) -> list[str]:
    query = f"{{ page: {field}(first: 100, orderBy: {{{order}: {direction}}}) {{ {SHAPE} }} }}"
    page = (await api.data(query))["page"]
    assert not page["pageInfo"]["hasNextPage"]
    return ids(page)


async def delete_some(table: str, count: int, chance: random.Random) -> None:
    if table == "customer":
        # Borrowers are never deleted; a scope that loses them looks the same from outside.
        return
    rows = await database.rows(f"SELECT customer_id, id FROM {table}")
    for row in chance.sample(rows, min(count, len(rows))):
        await database.execute(
            f"DELETE FROM {table} WHERE customer_id = $1 AND id = $2", row["customer_id"], row["id"]
        )
