"""Seals: all heads of the audit chains at one instant, chained in their turn.

A chain proves that nothing between two of its links was changed. That its tail was not cut off,
together with its head, is proved by a seal that saw the tail."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from app import clock, database
from app.operation.audit import GENESIS
from app.unit_of_work import unit_of_work

# One seal at a time: each follows the one before.
_SEAL_LOCK = 4_171_003


async def seal_heads(occasion: str = "hourly") -> bool:
    """In a transaction of its own; False when nothing was written since the last seal."""
    async with unit_of_work():
        former, heads = await _former(), await _heads()
        if former is not None and msgspec.json.decode(former["heads"]) == heads:
            return False
        await add_seal(occasion, clock.now())
    return True


async def add_seal(occasion: str, at: datetime) -> None:
    """In the transaction of the caller."""
    await database.rows("SELECT pg_advisory_xact_lock($1)", _SEAL_LOCK)
    former, heads = await _former(), await _heads()
    await database.execute(
        "INSERT INTO audit_seal (at, occasion, heads, hash) VALUES ($1, $2, $3::jsonb, $4)",
        at, occasion, msgspec.json.encode(heads).decode(),
        seal_hash(bytes(former["hash"]) if former else GENESIS, at, occasion, heads),
    )  # fmt: skip


async def _former() -> dict[str, Any] | None:
    return await database.row("SELECT heads, hash FROM audit_seal ORDER BY id DESC LIMIT 1")


async def _heads() -> list[Any]:
    found = await database.rows("SELECT chain, sequence, hash FROM audit_head ORDER BY chain")
    return [[row["chain"], row["sequence"], bytes(row["hash"]).hex()] for row in found]


def seal_hash(former: bytes, at: datetime, occasion: str, heads: list[Any]) -> bytes:
    """Over every column but the id, which the order of the seals already holds."""
    columns = [at.astimezone(UTC).isoformat(timespec="microseconds"), occasion, heads]
    return hashlib.sha256(former + msgspec.json.encode(columns)).digest()
