"""Reads of the audit log: newest first, a page at a time.

Whoever may read it reads all of it: a log with gaps proves nothing. It holds ids and no names of
borrowers."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from app import database
from app.actor import Actor, ActorKind
from app.clock import closing_instant
from app.permission import Permission
from app.setting import TIME_ZONE

ENTRIES_PER_PAGE = 50
ACTORS_MAX = 300


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader looks for; whatever is empty does not narrow it."""

    verb: str = ""
    # As `actors` lists them.
    actor: str = ""
    customer_id: int | None = None
    # Days of the calendar where the lender sits, both included.
    from_on: date | None = None
    until_on: date | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    chain: int
    sequence: int
    at: datetime
    business_date: date
    verb: str
    actor: str
    customer_id: int | None
    request_id: str
    order: dict[str, Any]
    facts: dict[str, Any]

    @property
    def actor_kind(self) -> str:
        return kind_of(self.actor)

    @property
    def actor_name(self) -> str:
        return name_of(self.actor)


async def entries(actor: Actor, asked: Asked, *, before: int | None = None) -> list[Entry]:
    """Those before entry `before`; one more than a page holds."""
    actor.require(Permission.AUDIT_READ)
    begin, end = await _instants(asked)
    # Only what narrows is said, so that each filter has its index.
    conditions = {
        "verb = ${}": asked.verb or None,
        "actor = ${}": asked.actor or None,
        "customer_id = ${}": asked.customer_id,
        "at >= ${}": begin,
        "at < ${}": end,
        "(at, id) < (SELECT at, id FROM audit_entry WHERE id = ${})": before,
    }
    said = {sql: value for sql, value in conditions.items() if value is not None}
    where = [sql.format(number) for number, sql in enumerate(said, start=1)]
    found = await database.rows(
        "SELECT id, chain, sequence, at, business_date, verb, actor, customer_id, request_id, body"
        f" FROM audit_entry WHERE {' AND '.join(where) or 'TRUE'}"
        f" ORDER BY at DESC, id DESC LIMIT {ENTRIES_PER_PAGE + 1}",
        *said.values(),
    )
    return [_entry(row) for row in found]


async def actors(actor: Actor) -> list[str]:
    """Everybody who is in the log, by one step along the index each."""
    actor.require(Permission.AUDIT_READ)
    found = await database.rows(
        "WITH RECURSIVE known AS ("
        " (SELECT actor FROM audit_entry ORDER BY actor LIMIT 1) UNION ALL"
        " SELECT (SELECT actor FROM audit_entry WHERE actor > known.actor ORDER BY actor LIMIT 1)"
        " FROM known WHERE known.actor IS NOT NULL)"
        " SELECT actor FROM known WHERE actor IS NOT NULL LIMIT $1",
        ACTORS_MAX,
    )
    return sorted((row["actor"] for row in found), key=lambda text: (kind_of(text), name_of(text)))


def kind_of(actor: str) -> str:
    """Of `user:7:Ada Lovelace` the first word."""
    kind = actor.partition(":")[0]
    return kind if kind in set(ActorKind) else ""


def name_of(actor: str) -> str:
    return actor.split(":", 2)[-1]


def _entry(row: dict[str, Any]) -> Entry:
    body = msgspec.json.decode(row.pop("body"))
    return Entry(**row, order=body["order"], facts=body["facts"])


async def _instants(asked: Asked) -> tuple[datetime | None, datetime | None]:
    zone = await TIME_ZONE.get()
    midnight = datetime.min.time()
    begin = closing_instant(asked.from_on, midnight, zone) if asked.from_on else None
    after = asked.until_on + timedelta(days=1) if asked.until_on else None
    return begin, closing_instant(after, midnight, zone) if after else None
