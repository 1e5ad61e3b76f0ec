"""Looks after the audit log by itself and keeps what it found, for whoever reads the log.

Each hour what came since; each night everything, since only a walk from the first entry notices a
change far back."""

from datetime import datetime
from typing import Any

import msgspec

from app import clock, database
from app.log import get_logger
from app.operation.audit_verify import Finding, Known, Verified, verify_audit
from app.operation.models import AuditCheck
from app.operation.seal import seal_heads

FINDINGS_KEPT_MAX = 50

log = get_logger(__name__)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The last walk, and the last one that began at the first entry."""

    at: datetime
    is_whole: bool
    findings: list[Finding]
    full_at: datetime | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How much the log holds, and until when it is sealed."""

    entry_count: int
    sealed_at: datetime | None
    checked: Checked | None


async def check_audit(*, full: bool = False) -> Verified | None:
    """Seals what is new and walks up to there; None when there is nothing new."""
    await seal_heads()
    seal_id = await database.value("SELECT max(id) FROM audit_seal")
    last = await AuditCheck.all().order_by("-id").first()
    if not full and last is not None and last.seal_id == seal_id:
        return None
    known = None if full or last is None or last.findings else await _known(last.seal_id)
    verified = await verify_audit(known)
    await AuditCheck.create(
        at=clock.now(),
        seal_id=verified.last_seal_id or seal_id,
        is_full=known is None,
        entry_count=verified.entries,
        findings=[
            {"code": finding.code, "facts": dict(finding.facts)}
            for finding in verified.findings[:FINDINGS_KEPT_MAX]
        ],
    )
    if not verified.is_whole:
        log.error("audit.broken", findings=[finding.text("en") for finding in verified.findings])
    return verified


async def check_all() -> None:
    await check_audit(full=True)


async def _known(seal_id: int) -> Known | None:
    """The links that the seal saw; its own hash was part of the walk that trusts it."""
    heads = await database.value("SELECT heads FROM audit_seal WHERE id = $1", seal_id)
    if heads is None:
        return None
    found: list[list[Any]] = msgspec.json.decode(heads)
    return {chain: (sequence, bytes.fromhex(hash)) for chain, sequence, hash in found}


async def kept() -> Kept:
    row = await database.row(
        "SELECT (SELECT coalesce(sum(sequence), 0)::bigint FROM audit_head) AS entry_count,"
        " (SELECT max(at) FROM audit_seal) AS sealed_at"
    )
    assert row is not None
    return Kept(**row, checked=await _checked())


async def _checked() -> Checked | None:
    last = await AuditCheck.all().order_by("-id").first()
    if last is None:
        return None
    full = await AuditCheck.filter(is_full=True).order_by("-id").first()
    return Checked(
        at=last.at,
        is_whole=not last.findings,
        findings=[Finding(found["code"], found["facts"]) for found in last.findings],
        full_at=full.at if full else None,
    )
