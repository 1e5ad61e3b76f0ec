from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from app import clock
from app.operation import audit_check
from app.operation.audit_check import check_all, check_audit, kept
from app.operation.models import AuditCheck
from tests.app.operation.test_audit import record
from tests.app.operation.test_audit_verify import tamper

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 15, 9, tzinfo=UTC)


async def forge(entry_id: int) -> None:
    await tamper("UPDATE audit_entry SET actor = 'user:1:nobody' WHERE id = $1", entry_id)


async def walks() -> list[tuple[bool, int, int]]:
    """Each walk: from the first entry on, how many entries, how many findings."""
    found = await AuditCheck.all().order_by("id")
    return [(walk.is_full, walk.entry_count, len(walk.findings)) for walk in found]


async def test_a_log_nobody_looked_at_says_so() -> None:
    await record(5)
    state = await kept()
    assert (state.entry_count, state.sealed_at, state.checked) == (1, None, None)


async def test_each_walk_goes_on_where_the_last_one_ended() -> None:
    for customer_id in (5, 6, None):
        await record(customer_id)
    await check_audit()
    await check_audit()
    assert await walks() == [(True, 3, 0)]
    await record(5)
    await check_audit()
    assert await walks() == [(True, 3, 0), (False, 1, 0)]
    await check_all()
    assert await walks() == [(True, 3, 0), (False, 1, 0), (True, 4, 0)]


async def test_what_it_found_is_kept_for_the_page() -> None:
    await record(5)
    with clock.frozen_at(NOW):
        await check_audit()
    state = await kept()
    assert state.sealed_at == NOW
    assert state.checked is not None
    assert (state.checked.at, state.checked.full_at, state.checked.is_whole) == (NOW, NOW, True)


async def test_a_change_in_what_is_new_is_found_at_the_next_walk() -> None:
    await record(5)
    await check_audit()
    await forge(await record(5))
    await check_audit()
    assert await walks() == [(True, 1, 0), (False, 1, 1)]
    state = await kept()
    assert state.checked is not None
    assert not state.checked.is_whole
    assert state.checked.findings[0].text("en").startswith("Chain 5: entry 2 ")
    assert state.checked.findings[0].text("zh-CN") != state.checked.findings[0].text("en")


async def test_a_change_far_back_is_found_by_night() -> None:
    old = await record(5)
    await check_audit()
    await forge(old)
    await record(5)
    await check_audit()
    assert (await walks())[-1] == (False, 1, 0)
    await check_all()
    assert (await walks())[-1] == (True, 2, 1)


async def test_after_a_finding_nothing_is_taken_as_known() -> None:
    await forge(await record(5))
    await check_audit()
    await record(5)
    await check_audit()
    assert await walks() == [(True, 1, 1), (True, 2, 1)]


async def test_a_broken_log_is_an_alarm() -> None:
    await forge(await record(5))
    with capture_logs() as logs:
        await check_audit()
    (line,) = [line for line in logs if line["event"] == "audit.broken"]
    assert line["log_level"] == "error"
    assert line["findings"][0].startswith("Chain 5: entry 1 ")


async def test_of_very_many_findings_some_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_check, "FINDINGS_KEPT_MAX", 2)
    for customer_id in (1, 2, 3):
        await forge(await record(customer_id))
    await check_audit()
    assert (await walks())[-1] == (True, 3, 2)
