"""Walks the audit log link by link and names the first bad entry of each chain.

Reads one consistent picture of the log, a few thousand rows at a time, however long it is."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import sha256
from typing import Any

import asyncpg
import msgspec

from app.database import raw_connection
from app.i18n import N_, translate
from app.operation.audit import CHAIN_COUNT, GENESIS, digest
from app.operation.seal import seal_hash

ROWS_AT_ONCE = 2_000

TEXTS: Mapping[str, str] = {
    "entry_changed": N_(
        "Chain {chain}: entry {sequence} (id {id}, {verb}, {at}) was changed, or one before it."
    ),
    "entry_missing": N_("Chain {chain}: entry {sequence} is missing."),
    "entry_unsealed": N_(
        "Chain {chain}: entry {sequence} is not the one that seal {seal} has seen."
    ),
    "entry_stray": N_("Entry {id} belongs to a chain {chain} that does not exist."),
    "head_missing": N_("Chain {chain} has no head."),
    "head_changed": N_("The head of chain {chain} is not its last entry, {sequence}."),
    "seal_changed": N_("Seal {seal} ({at}) was changed, or one before it is missing."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    facts: Mapping[str, Any]

    def text(self, language: str | None = None) -> str:
        return translate(TEXTS[self.code], language).format(**self.facts)


@dataclass(slots=True)
class Verified:
    entries: int = 0
    seals: int = 0
    last_seal_id: int = 0
    # To be noted down elsewhere: whoever rewrites all of the log cannot make this one again.
    last_seal: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.findings

    def find(self, code: str, **facts: Any) -> None:
        self.findings.append(Finding(code, facts))


# By chain, how far it is known to be whole: the sequence and hash of a link.
Known = Mapping[int, tuple[int, bytes]]


async def verify_audit(known: Known | None = None) -> Verified:
    """All of it; or what came after the links that an earlier walk found whole."""
    verified, known = Verified(), known or {}
    async with _one_picture() as connection:
        # Seals first: only a whole one may bear witness about entries.
        await _walk_seals(connection, verified)
        for chain in range(CHAIN_COUNT + 1):
            await _Chain(connection, chain, verified).walk(*known.get(chain, (0, GENESIS)))
        await _look_for_strays(connection, verified)
    return verified


@asynccontextmanager
async def _one_picture() -> AsyncIterator[asyncpg.Connection]:
    async with (
        raw_connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


class _Chain:
    """One walk; after the first bad entry the rest of the chain proves nothing and is only
    counted."""

    def __init__(self, connection: asyncpg.Connection, chain: int, verified: Verified) -> None:
        self.connection, self.chain, self.verified = connection, chain, verified
        self.sequence, self.hash = 0, GENESIS
        self.is_broken = False

    async def walk(self, sequence: int, hash: bytes) -> None:
        self.sequence, self.hash = sequence, hash
        sealed = await self._sealed()
        async for row in self.connection.cursor(
            "SELECT * FROM audit_entry WHERE chain = $1 AND sequence > $2 ORDER BY sequence",
            self.chain,
            sequence,
            prefetch=ROWS_AT_ONCE,
        ):
            self.verified.entries += 1
            if not self.is_broken:
                self._follow(row, sealed)
        if not self.is_broken:
            await self._compare_head()
        if not self.is_broken and (beyond := [s for s in sealed if s > self.sequence]):
            self._break("entry_missing", sequence=min(beyond))

    def _follow(self, row: asyncpg.Record, sealed: Mapping[int, tuple[str, int]]) -> None:
        if row["sequence"] != self.sequence + 1:
            self._break("entry_missing", sequence=self.sequence + 1)
            return
        link = sha256(self.hash + _digest(row)).digest()
        if link != row["hash"]:
            self._break(
                "entry_changed",
                sequence=row["sequence"],
                id=row["id"],
                verb=row["verb"],
                at=row["at"].astimezone(UTC).isoformat(timespec="seconds"),
            )
            return
        self.sequence, self.hash = row["sequence"], link
        seen = sealed.get(self.sequence)
        if seen is not None and seen[0] != link.hex():
            self._break("entry_unsealed", sequence=self.sequence, seal=seen[1])

    async def _compare_head(self) -> None:
        head = await self.connection.fetchrow(
            "SELECT sequence, hash FROM audit_head WHERE chain = $1", self.chain
        )
        if head is None:
            self._break("head_missing")
        elif head["sequence"] > self.sequence:
            self._break("entry_missing", sequence=self.sequence + 1)
        elif (head["sequence"], head["hash"]) != (self.sequence, self.hash):
            self._break("head_changed", sequence=self.sequence)

    async def _sealed(self) -> dict[int, tuple[str, int]]:
        """Which hash a seal saw at which sequence, and the first such seal."""
        found = await self.connection.fetch(
            "SELECT (head ->> 1)::bigint AS sequence, head ->> 2 AS hash, min(id) AS seal"
            " FROM audit_seal, jsonb_array_elements(heads) AS head"
            " WHERE audit_seal.id <= $2 AND (head ->> 0)::int = $1 AND (head ->> 1)::bigint > 0"
            " GROUP BY 1, 2",
            self.chain,
            self.verified.last_seal_id,
        )
        return {row["sequence"]: (row["hash"], row["seal"]) for row in found}

    def _break(self, code: str, **facts: Any) -> None:
        self.is_broken = True
        self.verified.find(code, chain=self.chain, **facts)


async def _look_for_strays(connection: asyncpg.Connection, verified: Verified) -> None:
    for row in await connection.fetch(
        "SELECT id, chain FROM audit_entry WHERE chain NOT BETWEEN 0 AND $1 ORDER BY id LIMIT 10",
        CHAIN_COUNT,
    ):
        verified.find("entry_stray", id=row["id"], chain=row["chain"])


async def _walk_seals(connection: asyncpg.Connection, verified: Verified) -> None:
    former = GENESIS
    async for row in connection.cursor(
        "SELECT * FROM audit_seal ORDER BY id", prefetch=ROWS_AT_ONCE
    ):
        verified.seals += 1
        expected = seal_hash(former, row["at"], row["occasion"], msgspec.json.decode(row["heads"]))
        if expected != row["hash"]:
            at = row["at"].astimezone(UTC).isoformat(timespec="seconds")
            verified.find("seal_changed", seal=row["id"], at=at)
            return
        former, verified.last_seal_id = expected, row["id"]
        verified.last_seal = expected.hex()


def _digest(row: asyncpg.Record) -> bytes:
    return digest(
        row["id"], row["chain"], row["at"], row["business_date"], row["verb"], row["actor"],
        row["customer_id"], row["request_id"], row["body"],
    )  # fmt: skip
