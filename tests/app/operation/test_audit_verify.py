from datetime import date

import pytest

from app import database as db
from app.actor import Actor
from app.operation import audit
from app.operation.audit_verify import Verified, verify_audit
from app.operation.seal import seal_heads
from app.unit_of_work import unit_of_work
from tests.factories import BOOKED_AT

pytestmark = pytest.mark.usefixtures("database")

# One chain: the borrowers 1, 33, 65 … share it.
CHAIN = 1


async def write_entries(count: int) -> list[int]:
    ids = []
    for number in range(count):
        async with unit_of_work():
            entry_id, business_date = await audit.begin()
            assert business_date is not None
            await audit.record(
                entry_id,
                verb="case.move",
                actor=Actor.system("test"),
                at=BOOKED_AT,
                business_date=date(2026, 1, 1),
                customer_id=CHAIN + 32 * number,
                order={"number": number},
                facts={},
            )
        ids.append(entry_id)
    return ids


async def tamper(sql: str, *values: object) -> None:
    """As somebody with the keys to the database would."""
    async with unit_of_work():
        for table in ("audit_entry", "audit_seal"):
            await db.rows(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await db.execute(sql, *values)
        for table in ("audit_entry", "audit_seal"):
            await db.rows(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(verified: Verified) -> list[tuple[str, int | None]]:
    return [(f.code, f.facts.get("sequence")) for f in verified.findings]


async def test_log_as_it_was_written_is_whole() -> None:
    await write_entries(5)
    await seal_heads()
    await write_entries(2)
    verified = await verify_audit()
    assert verified.is_whole
    assert (verified.entries, verified.seals) == (7, 1)


async def test_empty_log_is_whole() -> None:
    verified = await verify_audit()
    assert (verified.is_whole, verified.entries, verified.seals) == (True, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        "id = 999999",
        "at = at + interval '1 microsecond'",
        "business_date = business_date + 1",
        "verb = 'case.moved'",
        "actor = 'user:1:somebody'",
        "customer_id = customer_id + 32",
        "customer_id = NULL",
        "request_id = 'x'",
        "body = body || ' '",
        "hash = sha256('x')",
    ],
)
async def test_changed_column_is_named_with_its_entry(change: str) -> None:
    await write_entries(4)
    await tamper(f"UPDATE audit_entry SET {change} WHERE chain = 1 AND sequence = 2")
    assert found(await verify_audit()) == [("entry_changed", 2)]


async def test_every_column_of_an_entry_is_tried_above() -> None:
    columns = await db.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_entry'"
    )
    assert {row["column_name"] for row in columns} == {
        "id", "at", "business_date", "verb", "actor", "customer_id", "request_id", "body", "hash",
        # These two move the entry to another place: see below.
        "chain", "sequence",
    }  # fmt: skip


async def test_entry_moved_to_another_chain_is_missing_in_its_own() -> None:
    await write_entries(3)
    await tamper("UPDATE audit_entry SET chain = 2, sequence = 1 WHERE chain = 1 AND sequence = 2")
    assert found(await verify_audit()) == [("entry_missing", 2), ("entry_changed", 1)]


async def test_entry_moved_to_no_chain_is_named() -> None:
    await write_entries(3)
    await tamper("UPDATE audit_entry SET chain = 77 WHERE chain = 1 AND sequence = 3")
    verified = await verify_audit()
    assert [f.code for f in verified.findings] == ["entry_missing", "entry_stray"]


async def test_two_entries_that_changed_places_are_named() -> None:
    await write_entries(4)
    await tamper(
        "UPDATE audit_entry SET sequence = CASE sequence WHEN 2 THEN -3 ELSE -2 END"
        " WHERE chain = 1 AND sequence IN (2, 3)"
    )
    await tamper("UPDATE audit_entry SET sequence = -sequence WHERE sequence < 0")
    assert found(await verify_audit()) == [("entry_changed", 2)]


async def test_deleted_entry_is_named() -> None:
    await write_entries(4)
    await tamper("DELETE FROM audit_entry WHERE chain = 1 AND sequence = 3")
    assert found(await verify_audit()) == [("entry_missing", 3)]


async def test_cut_tail_is_named_by_the_head() -> None:
    await write_entries(4)
    await tamper("DELETE FROM audit_entry WHERE chain = 1 AND sequence >= 3")
    assert found(await verify_audit()) == [("entry_missing", 3)]


async def test_cut_tail_with_a_head_set_back_is_named_by_a_seal() -> None:
    await write_entries(4)
    await seal_heads()
    await tamper("DELETE FROM audit_entry WHERE chain = 1 AND sequence >= 3")
    await tamper(
        "UPDATE audit_head SET sequence = 2, hash = (SELECT hash FROM audit_entry"
        " WHERE chain = 1 AND sequence = 2) WHERE chain = 1"
    )
    assert found(await verify_audit()) == [("entry_missing", 4)]


async def test_chain_written_anew_is_named_by_a_seal() -> None:
    await write_entries(2)
    await seal_heads()
    await tamper("DELETE FROM audit_entry")
    await tamper("UPDATE audit_head SET sequence = 0, hash = decode(repeat('00', 32), 'hex')")
    await write_entries(3)
    assert found(await verify_audit()) == [("entry_unsealed", 2)]


@pytest.mark.parametrize("change", ["hash = sha256('x')", "sequence = sequence - 1"])
async def test_changed_head_is_named(change: str) -> None:
    await write_entries(2)
    await tamper(f"UPDATE audit_head SET {change} WHERE chain = 1")
    assert found(await verify_audit()) == [("head_changed", 2)]


async def test_deleted_head_is_named() -> None:
    await write_entries(1)
    await tamper("DELETE FROM audit_head WHERE chain = 1")
    assert found(await verify_audit()) == [("head_missing", None)]


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        "occasion = 'another'",
        "heads = '[]'",
        "heads = '{}'",
        "hash = sha256('x')",
    ],
)
async def test_changed_seal_is_named(change: str) -> None:
    await write_entries(1)
    await seal_heads()
    await write_entries(1)
    await seal_heads("second")
    await tamper(f"UPDATE audit_seal SET {change} WHERE id = (SELECT min(id) FROM audit_seal)")
    verified = await verify_audit()
    first = await db.value("SELECT min(id) FROM audit_seal")
    assert [(f.code, f.facts["seal"]) for f in verified.findings] == [("seal_changed", first)]


async def test_deleted_seal_is_seen_in_the_next_one() -> None:
    for occasion in ("first", "second"):
        await write_entries(1)
        await seal_heads(occasion)
    await tamper("DELETE FROM audit_seal WHERE occasion = 'first'")
    assert [f.code for f in (await verify_audit()).findings] == ["seal_changed"]


async def test_nothing_new_is_not_sealed_again() -> None:
    await write_entries(1)
    assert await seal_heads()
    assert not await seal_heads()
    assert await db.value("SELECT count(*) FROM audit_seal") == 1


async def test_each_finding_has_its_sentence() -> None:
    [entry_id] = await write_entries(1)
    await tamper("UPDATE audit_entry SET body = '{}'")
    [finding] = (await verify_audit()).findings
    assert finding.text("en") == (
        f"Chain 1: entry 1 (id {entry_id}, case.move, 2026-01-01T08:00:00+00:00) was changed,"
        " or one before it."
    )
