"""What a truth is, and what was found about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import asyncpg

from app.i18n import translate

EXAMPLES_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    offenders: int
    # Of how many; a truth that looked at nothing has not been confirmed.
    looked_at: int
    # Ids of the first offenders, of what the truth is about.
    examples: tuple[int, ...] = ()
    # How many there are of them altogether, where only some were looked at.
    out_of: int | None = None


class Truth(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str:
        """A sentence, as a msgid."""
        ...

    async def look(self, connection: asyncpg.Connection) -> Found: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    truth: Truth
    found: Found

    @property
    def holds(self) -> bool:
        return self.found.offenders == 0

    @property
    def is_unknown(self) -> bool:
        return self.holds and self.found.looked_at == 0

    def text(self, language: str | None = None) -> str:
        return translate(self.truth.text, language)


@dataclass(frozen=True, slots=True)
class SqlTruth:
    """A truth whose offenders one statement finds."""

    name: str
    text: str
    # How many there are to look at.
    count: str
    # SELECT … AS id: one row for each offender.
    offenders: str
    # WITH parts that the statement stands on.
    parts: Mapping[str, str]

    async def look(self, connection: asyncpg.Connection) -> Found:
        parts = [f"{name} AS ({sql})" for name, sql in self.parts.items()]
        parts.append(f"offender AS ({self.offenders})")
        found = await connection.fetchrow(
            f"WITH {', '.join(parts)} SELECT count(*) AS offenders,"
            f" (array_agg(id ORDER BY id))[1:{EXAMPLES_MAX}] AS examples FROM offender"
        )
        return Found(
            offenders=found["offenders"],
            looked_at=await connection.fetchval(self.count),
            examples=tuple(found["examples"] or ()),
        )
