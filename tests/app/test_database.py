from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from app import database as db
from app.database import connect_arguments, raw_connection
from app.errors import NoRoom, Unavailable
from app.unit_of_work import unit_of_work
from tests.factories import BOOKED_AT


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        (
            "postgres://ada:p%40ss@db.example:6432/book",
            {"host": "db.example", "port": 6432, "user": "ada", "password": "p@ss",
             "database": "book"},
        ),
        (
            "postgres://ada@/book?host=/run/pg",
            {"host": "/run/pg", "port": 5432, "user": "ada", "password": None, "database": "book"},
        ),
        (
            "postgres://localhost/b%20k?port=7000&sslmode=verify-full",
            {"host": "localhost", "port": 7000, "user": None, "password": None, "database": "b k",
             "ssl": "verify-full"},
        ),
        (
            "postgres:///?sslmode=disable",
            {"host": "127.0.0.1", "port": 5432, "user": None, "password": None,
             "database": "postgres"},
        ),
    ],
)  # fmt: skip
def test_an_address_is_read(url: str, arguments: dict[str, Any]) -> None:
    assert connect_arguments(url) == arguments


async def insert(name: str) -> int:
    return await db.execute(
        "INSERT INTO business_setting (name, value, version, changed_at, changed_by)"
        " VALUES ($1, '1', 1, $2, '')",
        name, BOOKED_AT,
    )  # fmt: skip


@pytest.mark.usefixtures("database")
async def test_statements_say_how_many_rows_they_touched() -> None:
    assert await insert("a") == 1
    assert await insert("b") == 1
    assert await db.execute("UPDATE business_setting SET version = 2") == 2
    assert await db.execute("UPDATE business_setting SET version = 3 WHERE name = 'c'") == 0
    assert (
        await db.execute(
            "INSERT INTO business_setting SELECT * FROM business_setting ON CONFLICT DO NOTHING"
        )
        == 0
    )
    assert await db.execute("DELETE FROM business_setting WHERE name = $1", "a") == 1


@pytest.mark.usefixtures("database")
async def test_questions_answer_rows_a_row_or_a_value() -> None:
    await insert("a")
    assert await db.rows("SELECT name, version FROM business_setting") == [
        {"name": "a", "version": 1}
    ]
    assert await db.row("SELECT name FROM business_setting") == {"name": "a"}
    assert await db.value("SELECT version FROM business_setting") == 1
    assert await db.rows("SELECT 1 WHERE false") == []
    assert await db.row("SELECT 1 WHERE false") is None
    assert await db.value("SELECT 1 WHERE false") is None


@pytest.mark.usefixtures("database")
async def test_inside_a_unit_of_work_they_are_part_of_it() -> None:
    with pytest.raises(RuntimeError):
        await _inserts_and_fails()
    assert await db.value("SELECT count(*) FROM business_setting") == 0


async def _inserts_and_fails() -> None:
    async with unit_of_work():
        await insert("a")
        assert await db.value("SELECT count(*) FROM business_setting") == 1
        raise RuntimeError


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("error", [ConnectionRefusedError(), asyncpg.AdminShutdownError()])
async def test_a_database_that_is_away_is_a_refusal_with_a_name(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise error

    monkeypatch.setattr(db, "connection", away)
    for asked in (db.rows("SELECT 1"), db.execute("DELETE FROM outbox")):
        with pytest.raises(Unavailable):
            await asked


@pytest.mark.usefixtures("database")
async def test_a_full_disk_is_a_refusal_with_a_name() -> None:
    """In the server's own words, as it said them when its disk was full."""
    full = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"

    async def at_the_commit() -> None:
        async with unit_of_work() as held:
            await insert("a")
            await held.execute_script(full)

    for asked in (db.execute(full), at_the_commit()):
        with pytest.raises(NoRoom):
            await asked
    assert await db.value("SELECT count(*) FROM business_setting") == 0


@pytest.mark.usefixtures("database")
async def test_a_statement_of_ours_that_is_wrong_is_a_fault_and_no_refusal() -> None:
    with pytest.raises(OperationalError):
        await db.rows("SELECT * FROM no_such_table")
    await insert("a")
    with pytest.raises((IntegrityError, asyncpg.UniqueViolationError)):
        await insert("a")


@pytest.mark.usefixtures("database")
async def test_a_page_is_not_kept_waiting_and_a_job_may_take_its_time() -> None:
    assert await db.value("SHOW statement_timeout") == "10s"
    assert await db.value("SHOW lock_timeout") == "5s"
    assert await db.value("SHOW idle_in_transaction_session_timeout") == "30s"
    assert await db.value("SHOW timezone") == "UTC"
    async with db.patient(timedelta(minutes=5)):
        assert await db.value("SHOW statement_timeout") == "5min"
    assert await db.value("SHOW statement_timeout") == "10s"


@pytest.mark.usefixtures("database")
async def test_whoever_counts_for_long_writes_nothing() -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await _writes_patiently()
    assert await db.value("SELECT count(*) FROM business_setting") == 0


async def _writes_patiently() -> None:
    async with db.patient(timedelta(minutes=5)):
        await insert("a")


@pytest.mark.usefixtures("database")
async def test_bulk_work_has_a_connection_of_its_own() -> None:
    async with raw_connection(statement_timeout_ms=1234) as connected:
        assert await connected.fetchval("SHOW statement_timeout") == "1234ms"
        assert await connected.fetchval("SHOW idle_in_transaction_session_timeout") == "0"
        async with connected.transaction():
            rows = [("a", "1", 1, BOOKED_AT, ""), ("b", "2", 1, BOOKED_AT, "")]
            columns = ("name", "value", "version", "changed_at", "changed_by")
            await db.copy_rows(connected, "business_setting", columns, rows)
    assert await db.value("SELECT count(*) FROM business_setting") == 2
    assert connected.is_closed()
