"""Which borrowers are closed together, and how verbs and the close keep out of each other's way.

Borrowers fall into 64 fixed parts by their id. A shard of the close is some of these parts: all
of them for a small book, one each for a large one. While a verb changes a borrower it holds his
part together with other verbs; a shard holds its parts alone."""

from datetime import date

from app import database

PART_COUNT = 64
# The first key of our advisory locks: borrowers' parts, and who works on which shard.
PART_LOCK = 4_171_001
CLAIM_LOCK = 4_171_002

_STANDS_ON = """
SELECT coalesce(
  (SELECT day_close.to_date FROM day_close JOIN day_close_shard AS closed
     ON closed.to_date = day_close.to_date
    AND closed.shard = $1::bigint % 64 % day_close.shard_count
   WHERE day_close.state = 'running'),
  (SELECT on_date FROM business_day WHERE id = 1))
"""


def parts_of(shard: int, shard_count: int) -> list[int]:
    return list(range(shard, PART_COUNT, shard_count))


def shard_of(customer_id: int, shard_count: int) -> int:
    return customer_id % PART_COUNT % shard_count


async def hold_borrower(customer_id: int) -> None:
    """A verb's first step before it reads a loan: until it commits, no shard with this borrower
    is closed."""
    await database.rows(
        "SELECT pg_advisory_xact_lock_shared($1, ($2::bigint % 64)::int)", PART_LOCK, customer_id
    )


async def standing_date(customer_id: int) -> date:
    """The date on which a borrower's loans stand. While a close runs, shards that are through
    stand on the new date already."""
    found = await database.value(_STANDS_ON, customer_id)
    assert isinstance(found, date)
    return found
