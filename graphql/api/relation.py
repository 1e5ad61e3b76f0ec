"""Fields that lead from the rows of one list to other rows, in one statement for the whole list."""

from collections.abc import Callable, Sequence

from api.batch import Batch
from api.call import Info
from api.connection import Asked, Connection, Make, NodeT, Row, connection
from api.limit import COUNT_MAX
from api.selection import selects
from app import listing
from app.listing import Listing, Parent, Rows

KeyOf = Callable[[Row], Parent]


def itself(row: Row) -> Parent:
    return Parent(row["customer_id"], row["id"])


def its_customer(row: Row) -> Parent:
    return Parent(row["customer_id"], row["customer_id"])


async def one_of_each(
    info: Info, batch: Batch[Row], row: Row, *, to: Listing, key_of: KeyOf, make: Make[NodeT]
) -> NodeT | None:
    """The row that each row of the list points to."""

    async def load() -> dict[Parent, NodeT]:
        keys = list(dict.fromkeys(key_of(each) for each in batch.rows))
        return await nodes_by_key(info, to, keys, make)

    found = await batch.once((to.table, key_of), load)
    return found.get(key_of(row))


async def page_of_each(
    info: Info, batch: Batch[Row], row: Row, asked: Asked, *, column: str, make: Make[NodeT]
) -> Connection[NodeT]:
    """The same page of rows that point to each row of the list by `column`."""
    key_of = its_customer if column == "customer_id" else itself

    async def load() -> dict[Parent, tuple[Rows, list[NodeT]]]:
        parents = _parents(batch, key_of)
        found = await listing.pages_of(
            info.context.actor, asked.listing, asked.wanted, parents=parents, column=column
        )
        # One list for all parents, so that its own relations are one statement again.
        made = iter(await make(info, [each for rows in found.values() for each in rows.rows]))
        return {parent: (rows, [next(made) for _ in rows.rows]) for parent, rows in found.items()}

    async def count() -> dict[Parent, int]:
        return await listing.counts_of(
            info.context.actor,
            asked.listing,
            asked.wanted,
            parents=_parents(batch, key_of),
            column=column,
            up_to=COUNT_MAX,
        )

    counted = 0
    if selects(info, "totalCount"):
        counted = (await batch.once((asked.key, column, "count"), count))[key_of(row)]
    rows, nodes = (await batch.once((asked.key, column), load))[key_of(row)]
    return connection(info, asked, rows, nodes, counted)


async def nodes_by_key(
    info: Info, to: Listing, keys: Sequence[Parent], make: Make[NodeT]
) -> dict[Parent, NodeT]:
    rows = await listing.by_keys(info.context.actor, to, keys)
    return dict(zip(rows, await make(info, list(rows.values())), strict=True))


def _parents(batch: Batch[Row], key_of: KeyOf) -> list[Parent]:
    return list(dict.fromkeys(key_of(row) for row in batch.rows))
