"""Lists in pages: the rows an actor may see, in an order that an index has.

A page is found by the values of the row before it (keyset), never by counting rows off: what is
added or removed meanwhile neither repeats nor hides a row. Everything below is read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from app import database
from app.actor import Actor
from app.customer.scope import Scope, scope_condition
from app.permission import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Columns that are never null under `condition`; the last one is unique."""

    columns: tuple[str, ...]
    types: tuple[type, ...]
    # Rows without a value have no place in the order, and are left out of it.
    condition: str = "TRUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    table: str
    permission: Permission
    columns: tuple[str, ...]
    orders: Mapping[str, Order]
    # What can be filtered by: SQL in which {test} is replaced, as in "loan.bucket {test}".
    filters: Mapping[str, str] = field(default_factory=dict)
    # The column that says whose row it is.
    customer_column: str = "customer_id"
    # Its own columns say whose it is, this one which person's; empty: its borrower's say it.
    scoped_by: str = ""
    # What a row is not complete without: a join that adds no rows, and the columns it brings.
    join: str = ""
    joined: tuple[str, ...] = ()

    @property
    def selected(self) -> str:
        return ", ".join((*(f"{self.table}.{name}" for name in self.columns), *self.joined))


class Operator(StrEnum):
    eq = "="
    any_of = "= ANY"
    gte = ">="
    lte = "<="
    gt = ">"
    lt = "<"
    is_null = "IS NULL"


class Test(NamedTuple):
    filter: str
    operator: Operator
    value: Any


class AllOf(NamedTuple):
    parts: tuple["Condition", ...]


class AnyOf(NamedTuple):
    parts: tuple["Condition", ...]


class Not(NamedTuple):
    part: "Condition"


Condition = Test | AllOf | AnyOf | Not
EVERYTHING = AllOf(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One page: `size` rows after or before a row, or from the beginning or end."""

    order: str
    size: int
    descending: bool = False
    # From the end towards the beginning; the rows themselves stay in order.
    backward: bool = False
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    condition: Condition = EVERYTHING


@dataclass(frozen=True, slots=True)
class Rows:
    rows: list[dict[str, Any]]
    has_more: bool


class Parent(NamedTuple):
    """Whose rows are wanted: a borrower's, or one row's of a borrower."""

    customer_id: int
    id: int


async def page(actor: Actor, listing: Listing, wanted: Wanted) -> Rows:
    actor.require(listing.permission)
    query = _Query(actor, listing)
    return _trimmed(await database.rows(query.page(wanted), *query.values), wanted)


async def count(actor: Actor, listing: Listing, wanted: Wanted, *, up_to: int) -> int:
    """How many there are, counted no further than `up_to`."""
    actor.require(listing.permission)
    query = _Query(actor, listing)
    inner = query.matching(wanted)
    sql = f"SELECT count(*) FROM ({inner} LIMIT {query.value(up_to)}) AS counted"
    return int(await database.value(sql, *query.values))


async def by_keys(
    actor: Actor, listing: Listing, keys: Sequence[Parent]
) -> dict[Parent, dict[str, Any]]:
    """Those of the rows that exist and that the actor may see."""
    actor.require(listing.permission)
    if not keys:
        return {}
    query = _Query(actor, listing)
    sql = query.wanted_keys(keys)
    customer = listing.customer_column
    found = await database.rows(sql, *query.values)
    return {Parent(row[customer], row["id"]): row for row in found}


async def pages_of(
    actor: Actor, listing: Listing, wanted: Wanted, *, parents: Sequence[Parent], column: str
) -> dict[Parent, Rows]:
    """The same page for each of many parents, in one statement. `column` names the parent's row;
    for the rows of a borrower it is the customer's."""
    actor.require(listing.permission)
    query = _Query(actor, listing)
    found = await database.rows(query.pages_of(wanted, parents, column), *query.values)
    grouped: dict[Parent, list[dict[str, Any]]] = {parent: [] for parent in parents}
    for row in found:
        grouped[parents[row.pop("place") - 1]].append(row)
    return {parent: _trimmed(rows, wanted) for parent, rows in grouped.items()}


async def counts_of(
    actor: Actor, listing: Listing, wanted: Wanted, *, parents: Sequence[Parent], column: str,
    up_to: int,
) -> dict[Parent, int]:  # fmt: skip
    actor.require(listing.permission)
    query = _Query(actor, listing)
    found = await database.rows(query.counts_of(wanted, parents, column, up_to), *query.values)
    return {parents[row["place"] - 1]: row["count"] for row in found}


def _trimmed(rows: list[dict[str, Any]], wanted: Wanted) -> Rows:
    """One row more than wanted was asked for: it says whether there is more."""
    kept = rows[: wanted.size]
    return Rows(kept[::-1] if wanted.backward else kept, len(rows) > wanted.size)


class _Query:
    """Collects values while the statement is written."""

    def __init__(self, actor: Actor, listing: Listing) -> None:
        self.actor, self.listing = actor, listing
        self.values: list[Any] = []

    def value(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def page(self, wanted: Wanted) -> str:
        return (
            f"SELECT {self.listing.selected} FROM {self._visible()} {self.listing.join}"
            f" WHERE {self._where(wanted)} {self._ordered(wanted)}"
        )

    def matching(self, wanted: Wanted) -> str:
        order = self.listing.orders[wanted.order]
        return (
            f"SELECT 1 FROM {self._visible()}"
            f" WHERE {self._in_scope()} AND {order.condition}"
            f" AND {self._condition(wanted.condition)}"
        )

    def wanted_keys(self, keys: Sequence[Parent]) -> str:
        listing = self.listing
        if listing.customer_column == "id":
            ids = self.value([key.id for key in keys])
            return (
                f"SELECT {listing.selected} FROM {self._visible()} {listing.join}"
                f" WHERE {listing.table}.id = ANY({ids})"
            )
        return (
            f"SELECT {listing.selected} FROM {self._parents(keys)}"
            f" JOIN {self._visible()} ON {listing.table}.customer_id = parent.customer_id"
            f" AND {listing.table}.id = parent.id {listing.join} WHERE {self._in_scope()}"
        )

    def pages_of(self, wanted: Wanted, parents: Sequence[Parent], column: str) -> str:
        columns = self.listing.orders[wanted.order].columns
        order = ", ".join(f"child.{name} {self._direction(wanted)}" for name in columns)
        return (
            f"SELECT parent.place, child.* FROM {self._parents(parents)} CROSS JOIN LATERAL"
            f" (SELECT {self.listing.selected} FROM {self._visible()} {self.listing.join}"
            f" WHERE {self._child_of(column)} AND {self._where(wanted)} {self._ordered(wanted)})"
            f" AS child ORDER BY parent.place, {order}"
        )

    def counts_of(self, wanted: Wanted, parents: Sequence[Parent], column: str, up_to: int) -> str:
        return (
            f"SELECT parent.place, counted.count FROM {self._parents(parents)} CROSS JOIN LATERAL"
            f" (SELECT count(*) FROM ({self.matching(wanted)} AND {self._child_of(column)}"
            f" LIMIT {self.value(up_to)}) AS capped) AS counted"
        )

    def _parents(self, parents: Sequence[Parent]) -> str:
        customers = self.value([parent.customer_id for parent in parents])
        ids = self.value([parent.id for parent in parents])
        return (
            f"unnest({customers}::bigint[], {ids}::bigint[])"
            " WITH ORDINALITY AS parent (customer_id, id, place)"
        )

    def _child_of(self, column: str) -> str:
        table = self.listing.table
        mine = f"{table}.customer_id = parent.customer_id"
        return mine if column == "customer_id" else f"{mine} AND {table}.{column} = parent.id"

    def _visible(self) -> str:
        """The table, joined to its borrower where not everybody sees every borrower."""
        table, column = self.listing.table, self.listing.customer_column
        if self.listing.scoped_by or self._scope("owner").sql == "TRUE":
            return table
        scope = self._scope("owner")
        self.values.extend(scope.values)
        return f"{table} JOIN customer AS owner ON owner.id = {table}.{column} AND {scope.sql}"

    def _in_scope(self) -> str:
        """For a table that knows itself whose its rows are."""
        if not self.listing.scoped_by:
            return "TRUE"
        scope = self._scope(self.listing.table, owner=self.listing.scoped_by)
        self.values.extend(scope.values)
        return scope.sql

    def _scope(self, alias: str, *, owner: str = "owner_id") -> Scope:
        return scope_condition(self.actor, alias, len(self.values) + 1, owner=owner)

    def _where(self, wanted: Wanted) -> str:
        order = self.listing.orders[wanted.order]
        parts = [self._in_scope(), order.condition, self._condition(wanted.condition)]
        for row, is_after in ((wanted.after, True), (wanted.before, False)):
            if row is not None:
                sign = ">" if is_after is not wanted.descending else "<"
                places = ", ".join(self.value(value) for value in row)
                parts.append(f"({self._columns(order)}) {sign} ({places})")
        return " AND ".join(parts)

    def _ordered(self, wanted: Wanted) -> str:
        order = self.listing.orders[wanted.order]
        direction = self._direction(wanted)
        columns = ", ".join(f"{self.listing.table}.{name} {direction}" for name in order.columns)
        return f"ORDER BY {columns} LIMIT {self.value(wanted.size + 1)}"

    def _direction(self, wanted: Wanted) -> str:
        return "DESC" if wanted.descending is not wanted.backward else "ASC"

    def _columns(self, order: Order) -> str:
        return ", ".join(f"{self.listing.table}.{name}" for name in order.columns)

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Test):
            return self.listing.filters[condition.filter].format(test=self._test(condition))
        if isinstance(condition, Not):
            # A row whose value is unknown does not pass the test, so it passes its opposite.
            return f"({self._condition(condition.part)}) IS NOT TRUE"
        parts = [self._condition(part) for part in condition.parts]
        if isinstance(condition, AnyOf):
            return f"({' OR '.join(parts)})" if parts else "FALSE"
        return f"({' AND '.join(parts)})" if parts else "TRUE"

    def _test(self, test: Test) -> str:
        if test.operator is Operator.is_null:
            return "IS NULL" if test.value else "IS NOT NULL"
        if test.operator is Operator.any_of:
            return f"= ANY({self.value(list(test.value))})"
        return f"{test.operator.value} {self.value(test.value)}"
