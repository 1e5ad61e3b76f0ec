"""The audit log: who did what, when, on whose behalf, in chains that a change anywhere breaks.

There is a fixed number of chains, chosen by the borrower, so that verbs do not queue for one
head. A link's hash is SHA-256 over the hash before it and the digest of its own columns; the
database computes it while it holds the head's row, so two verbs can never follow the same link."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from app import database
from app.actor import Actor
from app.log import request_id

CHAIN_COUNT = 32
# What belongs to no borrower.
CHAIN_OF_NONE = CHAIN_COUNT
GENESIS = bytes(32)


def chain_of(customer_id: int | None) -> int:
    return CHAIN_OF_NONE if customer_id is None else customer_id % CHAIN_COUNT


def actor_text(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}:{actor.name}"[:160]


async def begin() -> tuple[int, date | None]:
    """The id the verb's entry will have, and the business date: one question instead of two."""
    found = await database.row(
        "SELECT nextval('audit_entry_id_seq') AS id,"
        " (SELECT on_date FROM business_day WHERE id = 1) AS on_date"
    )
    assert found is not None
    return found["id"], found["on_date"]


async def record(
    entry_id: int,
    *,
    verb: str,
    actor: Actor,
    at: datetime,
    business_date: date,
    customer_id: int | None,
    order: Any,
    facts: Mapping[str, Any],
) -> None:
    """The verb's last write: the chain's head stays locked until the commit."""
    chain = chain_of(customer_id)
    body = msgspec.json.encode({"order": order, "facts": facts}, order="sorted").decode()
    columns = (
        entry_id,
        chain,
        at,
        business_date,
        verb,
        actor_text(actor),
        customer_id,
        request_id(),
        body,
    )
    await database.rows(
        "WITH head AS (UPDATE audit_head SET sequence = sequence + 1, hash = sha256(hash || $10)"
        " WHERE chain = $2 RETURNING sequence, hash)"
        " INSERT INTO audit_entry (id, chain, sequence, at, business_date, verb, actor,"
        " customer_id, request_id, body, hash)"
        " SELECT $1, $2::smallint, head.sequence, $3, $4, $5, $6, $7, $8, $9, head.hash FROM head",
        *columns, digest(*columns),
    )  # fmt: skip


def digest(
    entry_id: int, chain: int, at: datetime, business_date: date, verb: str, actor: str,
    customer_id: int | None, request: str, body: str,
) -> bytes:  # fmt: skip
    """Over every column but the sequence, which the order of the links already holds."""
    columns = [
        entry_id, chain, at.astimezone(UTC).isoformat(timespec="microseconds"),
        business_date.isoformat(), verb, actor, customer_id, request, body,
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(columns)).digest()
