"""Relay connections over keyset pages."""

import hashlib
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.types.unset import UNSET

from api import cursor
from api.call import Info
from api.code import Code
from api.directive import Cost
from api.limit import COUNT_MAX, LIMITS
from api.refusal import Refused
from api.scope import requires_any
from api.selection import selects
from app import listing
from app.listing import EVERYTHING, Condition, Listing, Rows, Wanted

NodeT = TypeVar("NodeT")
Row = dict[str, Any]

PAGED = Cost(weight=1, multipliers=["first", "last"])
First = Annotated[
    int | None, strawberry.argument(description="Rows from the beginning, 1 to 100; 20 if unsaid.")
]
After = Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="Rows from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor.")]


@strawberry.enum(description="Which way a list is ordered.")
class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum(description="How far a count was counted.")
class Precision(StrEnum):
    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"


@strawberry.type(description="How many rows there are.", directives=[requires_any()])
class Count:
    value: int = strawberry.field(description="Counted no further than 10,001.")
    precision: Precision = strawberry.field(description="AT_LEAST: there are more than counted.")


@strawberry.type(description="Where a page lies in its list.", directives=[requires_any()])
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow behind `endCursor`.")
    has_previous_page: bool = strawberry.field(
        description="Whether rows stand before `startCursor`; true behind an `after`."
    )
    start_cursor: str | None = strawberry.field(description="Of the first row; null when empty.")
    end_cursor: str | None = strawberry.field(description="Of the last row; null when empty.")


@strawberry.type(description="One row in its list.", directives=[requires_any()])
class Edge(Generic[NodeT]):
    cursor: str = strawberry.field(description="The row's place, good for `after` and `before`.")
    node: NodeT = strawberry.field(description="The row itself.")


@strawberry.type(description="One page of a list.", directives=[requires_any()])
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[NodeT] = strawberry.field(description="The rows alone.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in its list.")
    total_count: Count = strawberry.field(
        description="All rows of the list, this page's or not.", directives=[Cost(weight=20)]
    )


@dataclass(frozen=True, slots=True)
class Paging:
    """The four arguments of a page, checked."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None

    @classmethod
    def of(
        cls, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> "Paging":
        if last is not None and (first is not None or after is not None):
            raise Refused(Code.BAD_PAGING, "'last' goes with 'before', 'first' with 'after'.")
        if before is not None and last is None:
            raise Refused(Code.BAD_PAGING, "'before' needs 'last'.")
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 1 <= size <= LIMITS.page:
                raise Refused(
                    Code.BAD_PAGE_SIZE, f"'{name}' is from 1 to {LIMITS.page}.", limit=LIMITS.page
                )
        return cls(first, after, last, before)

    @property
    def size(self) -> int:
        return self.first or self.last or LIMITS.page_default


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a listing as the caller wants it: the query, and what its cursors are bound to."""

    listing: Listing
    wanted: Wanted
    binding: str

    @property
    def key(self) -> Hashable:
        """Equal for equal pages of the same list."""
        wanted = self.wanted
        return self.binding, wanted.size, wanted.backward, wanted.after, wanted.before

    def cursor(self, row: Row) -> str:
        order = self.listing.orders[self.wanted.order]
        return cursor.encode(self.binding, [row[column] for column in order.columns])


def ask(
    listing: Listing,
    paging: Paging,
    order_by: Any = None,
    condition: Condition = EVERYTHING,
) -> Asked:
    order, direction = _order(order_by, next(iter(listing.orders)))
    binding = _binding(listing, order, direction, condition)
    types = listing.orders[order].types

    def place(text: str | None, argument: str) -> tuple[Any, ...] | None:
        return None if text is None else cursor.decode(text, binding, types, argument=argument)

    wanted = Wanted(
        order=order,
        size=paging.size,
        descending=direction is Direction.DESC,
        backward=paging.last is not None,
        after=place(paging.after, "after"),
        before=place(paging.before, "before"),
        condition=condition,
    )
    return Asked(listing, wanted, binding)


Make = Callable[[Info, list[Row]], Awaitable[list[NodeT]]]


async def connect(info: Info, asked: Asked, make: Make[NodeT]) -> Connection[NodeT]:
    """The page of a list of its own."""
    actor, counted = info.context.actor, 0
    found = await listing.page(actor, asked.listing, asked.wanted)
    if selects(info, "totalCount"):
        counted = await listing.count(actor, asked.listing, asked.wanted, up_to=COUNT_MAX)
    return connection(info, asked, found, await make(info, found.rows), counted)


def connection(
    info: Info, asked: Asked, found: Rows, nodes: list[NodeT], counted: int
) -> Connection[NodeT]:
    """`counted` is read only where totalCount was asked for."""
    rows, wanted = found.rows, asked.wanted
    edges: list[Edge[NodeT]] = []
    if selects(info, "edges"):
        pairs = zip(rows, nodes, strict=True)
        edges = [Edge(cursor=asked.cursor(row), node=node) for row, node in pairs]
    return Connection(
        edges=edges,
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=wanted.before is not None if wanted.backward else found.has_more,
            has_previous_page=found.has_more if wanted.backward else wanted.after is not None,
            start_cursor=asked.cursor(rows[0]) if rows else None,
            end_cursor=asked.cursor(rows[-1]) if rows else None,
        ),
        total_count=count_of(counted),
    )


def count_of(counted: int) -> Count:
    exact = counted < COUNT_MAX
    return Count(value=counted, precision=Precision.EXACT if exact else Precision.AT_LEAST)


def _order(order_by: Any, default: str) -> tuple[str, Direction]:
    """One order at a time: those that an index has. Equal rows are ordered by their id."""
    if not order_by:
        return default, Direction.ASC
    if len(order_by) > 1:
        raise Refused(Code.TOO_MANY_ITEMS, "'orderBy' takes one order.", limit=1)
    chosen = [(name, way) for name, way in vars(order_by[0]).items() if way is not UNSET]
    assert len(chosen) == 1, "validation lets exactly one field of a @oneOf input through"
    return chosen[0]


def _binding(listing: Listing, order: str, direction: Direction, condition: Condition) -> str:
    digest = hashlib.sha256(repr(condition).encode()).hexdigest()[:32]
    columns = ",".join(listing.orders[order].columns)
    return f"{listing.table}:{order}:{columns}:{direction}:{digest}"
