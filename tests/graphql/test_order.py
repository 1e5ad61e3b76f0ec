"""Every order and every filter has an index: asked of the planner and of the catalogue."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from app import database
from app import listing as lists
from app.collection.listing import CASES
from app.customer.listing import CUSTOMERS
from app.listing import Listing, Parent, Wanted
from app.loan.listing import INSTALMENTS, LOANS, PAYMENTS
from app.permission import Role
from tests.factories import actor_of, make_loan, set_business_date
from tests.graphql.rows import insert_cases, insert_loans, insert_payments

LISTINGS = (LOANS, PAYMENTS, CUSTOMERS, CASES)
MANAGER = actor_of(Role.credit_manager)
ROWS = 3000


def orders() -> Iterator[tuple[Listing, str]]:
    for listing in LISTINGS:
        for order in listing.orders:
            yield listing, order


@pytest.fixture
async def filled(database: BaseDBAsyncClient) -> None:
    await set_business_date()
    await insert_loans(ROWS, days=365)
    await insert_cases(ROWS)
    await insert_payments(ROWS)
    await database.execute_script("ANALYZE loan, payment, loan_event, customer, collection_case")


@pytest.mark.usefixtures("filled")
async def test_no_order_sorts_and_no_page_reads_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is the first page or one in the middle, up or down, forward or back."""
    checked = 0
    for listing, order in orders():
        middle = await _middle_row(listing, order)
        for wanted in _pages(order, middle):
            sql, values = await _statement(monkeypatch, listing, wanted)
            plan = await _plan(sql, values)
            names = [node["Node Type"] for node in _nodes(plan)]
            scanned = [node.get("Relation Name") for node in _nodes(plan)
                       if node["Node Type"] == "Seq Scan"]  # fmt: skip
            assert "Sort" not in names, f"{listing.table} by {order}: {names}"
            assert listing.table not in scanned, f"{listing.table} by {order}"
            checked += 1
    assert checked == 8 * len(list(orders()))


@pytest.mark.usefixtures("database")
async def test_every_filter_is_served_by_an_index() -> None:
    indexed = await _leading_columns()
    checked = 0
    for listing in LISTINGS:
        for name, condition in listing.filters.items():
            for table, column in _asked_columns(listing, condition):
                assert column in indexed[table], f"{listing.table}.{name}: {table}.{column}"
                checked += 1
    assert checked >= 13


@pytest.mark.usefixtures("database")
async def test_the_pages_of_many_parents_are_one_statement_and_the_same_pages() -> None:
    await set_business_date()
    schedule = [(date(2026, month, 28), 1000, 10) for month in range(1, 9)]
    loans = [await make_loan(schedule) for _ in range(3)]
    parents = [Parent(*loan) for loan in loans]
    wanted = Wanted(order="number", size=3)

    found = await lists.pages_of(MANAGER, INSTALMENTS, wanted, parents=parents, column="loan_id")
    backward = await lists.pages_of(
        MANAGER, INSTALMENTS, replace(wanted, backward=True), parents=parents, column="loan_id"
    )
    counted = await lists.counts_of(
        MANAGER, INSTALMENTS, wanted, parents=parents, column="loan_id", up_to=5
    )

    for parent in parents:
        assert [row["number"] for row in found[parent].rows] == [1, 2, 3]
        assert {row["loan_id"] for row in found[parent].rows} == {parent.id}
        assert found[parent].has_more
        assert [row["number"] for row in backward[parent].rows] == [6, 7, 8]
        assert counted[parent] == 5


def _pages(order: str, middle: tuple[Any, ...]) -> Iterator[Wanted]:
    for descending in (False, True):
        for backward in (False, True):
            page = Wanted(order=order, size=20, descending=descending, backward=backward)
            yield page
            yield replace(page, before=middle) if backward else replace(page, after=middle)


async def _middle_row(listing: Listing, order: str) -> tuple[Any, ...]:
    columns = listing.orders[order].columns
    row = await database.row(
        f"SELECT {', '.join(columns)} FROM {listing.table} WHERE {listing.orders[order].condition}"
        f" ORDER BY {', '.join(columns)} OFFSET {ROWS // 3} LIMIT 1"
    )
    assert row is not None
    return tuple(row.values())


async def _statement(
    monkeypatch: pytest.MonkeyPatch, listing: Listing, wanted: Wanted
) -> tuple[str, tuple[Any, ...]]:
    sent: list[tuple[str, tuple[Any, ...]]] = []

    async def overheard(sql: str, *values: Any) -> list[dict[str, Any]]:
        sent.append((sql, values))
        return []

    with monkeypatch.context() as patch:
        patch.setattr(database, "rows", overheard)
        await lists.page(MANAGER, listing, wanted)
    (statement,) = sent
    return statement


async def _plan(sql: str, values: tuple[Any, ...]) -> dict[str, Any]:
    plan = await database.value(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    (root,) = json.loads(plan)
    found: dict[str, Any] = root["Plan"]
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _asked_columns(listing: Listing, condition: str) -> Iterator[tuple[str, str]]:
    """The column that the test is put to; of a look-up in a directory both its sides."""
    inner = re.search(r"FROM (\w+) WHERE (?:kind = '\w+' AND )?(\w+) \{test\}", condition)
    if inner:
        yield inner[1], "kind" if "kind =" in condition else inner[2]
        yield listing.table, "id"
        return
    found = re.fullmatch(r"(\w+)\.(\w+) \{test\}", condition)
    assert found, condition
    yield found[1], found[2]


async def _leading_columns() -> dict[str, set[str]]:
    rows = await database.rows(
        "SELECT c.relname AS table_name, a.attname AS column_name FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE i.indkey[0] > 0"
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return found
