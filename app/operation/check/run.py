"""Looks at all truths on one consistent picture of the book, one after the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg

from app.database import raw_connection
from app.i18n import N_
from app.operation.audit_verify import verify_audit
from app.operation.check.around import AROUND_TRUTHS
from app.operation.check.book import BOOK_TRUTHS
from app.operation.check.replay import ReplayTruth
from app.operation.check.truth import Found, Looked, Truth

# A book of a million loans is summed in memory rather than on disk.
WORK_MEMORY = "128MB"


@dataclass(frozen=True, slots=True)
class AuditWhole:
    """Walked apart: the log is read on its own picture."""

    name: str = "audit_whole"
    text: str = N_("The audit log is whole, and every seal has seen what is there.")

    async def look(self, connection: asyncpg.Connection) -> Found:
        verified = await verify_audit()
        return Found(offenders=len(verified.findings), looked_at=verified.entries)


def truths(*, whole: bool = False) -> tuple[Truth, ...]:
    return (*BOOK_TRUTHS, *AROUND_TRUTHS, ReplayTruth(whole=whole), AuditWhole())


async def check_book(*, whole: bool = False) -> AsyncIterator[Looked]:
    """Each truth as soon as it has been looked at; `whole` replays every loan, not only some."""
    async with (
        raw_connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        for truth in truths(whole=whole):
            yield Looked(truth=truth, found=await truth.look(connection))
