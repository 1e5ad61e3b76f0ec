"""Brings the schema to the newest migration, one process at a time.

Tortoise's own command has no lock, and writes the row that says "done" after the transaction that
did it: a crash in between leaves a database that no later run can mend. Here both are one
transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from app.database import raw_connection, tortoise_config

# Any number will do; nothing else here takes an advisory lock of the session.
_TURN = 4_171_987


async def migrate(url: str) -> list[str]:
    """The names of the migrations it applied; waits while another process is at it."""
    async with _turn(url):
        config = _patient(tortoise_config(url, application="afterloan-migrate"))
        await Tortoise.init(config=config)
        try:
            return await _apply(config["apps"])
        finally:
            await Tortoise.close_connections()


async def pending(url: str) -> list[str]:
    """Those of this version that the database lacks, in order."""
    ours = _on_disk()
    async with raw_connection(url) as connection:
        if await connection.fetchval("SELECT to_regclass('tortoise_migrations')") is None:
            return ours
        rows = await connection.fetch("SELECT name FROM tortoise_migrations")
    applied = {row["name"] for row in rows}
    return [name for name in ours if name not in applied]


@asynccontextmanager
async def _turn(url: str) -> AsyncIterator[None]:
    """A lock of the session: the server frees it however its holder ends."""
    async with raw_connection(url) as connection:
        await connection.execute("SET lock_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", _TURN)
        yield


def _patient(config: dict[str, Any]) -> dict[str, Any]:
    """A page's limits are too short for an index over a million rows. The lock limit stays: while
    an ALTER TABLE waits for its turn, every page behind it waits too."""
    credentials = config["connections"]["default"]["credentials"]
    credentials["command_timeout"] = None
    credentials["server_settings"] |= {
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
    }
    return config


async def _apply(apps: dict[str, Any]) -> list[str]:
    connection = get_connection("default")
    executor = MigrationExecutor(connection, apps)
    await executor.recorder.ensure_schema(AsyncpgSchemaEditor(connection, atomic=False))
    applied = set(await executor.recorder.applied_migrations())
    plan = await executor.plan()
    state = await executor._project_state(applied)
    for step in plan:
        migration = step.migration
        async with in_transaction() as transaction:
            editor = AsyncpgSchemaEditor(transaction, atomic=True)
            await migration.apply(state, dry_run=False, schema_editor=editor)
            recorder = MigrationRecorder(transaction)
            await recorder.record_applied(migration.app_label, migration.name)
    return [step.migration.name for step in plan]


def _on_disk() -> list[str]:
    spec = find_spec("migrations")
    assert spec is not None
    folder = next(iter(spec.submodule_search_locations or ()))
    return sorted(path.stem for path in Path(folder).glob("[0-9]*.py"))
