"""The one database: how we connect, which models it has, and a short way to ask it in SQL."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from app.errors import NoRoom, Unavailable
from app.settings import settings
from app.unit_of_work import AWAY, unit_of_work

MODEL_MODULES = [
    "app.identity.models",
    "app.customer.models",
    "app.loan.models",
    "app.collection.models",
    "app.monitoring.models",
    "app.report.models",
    "app.operation.models",
]

# A page that waits longer than this has lost its reader; a job that needs longer says so itself.
SERVER_SETTINGS = {
    "statement_timeout": "10000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
    "jit": "off",
}

CONNECT_SECONDS = 5.0
# A connection of its own says good-bye; a server that does not answer is left without.
CLOSE_SECONDS = 2.0

StatementListener = Callable[[str], None]
_listeners: list[StatementListener] = []

Row = Mapping[str, Any]


def listen_to_statements(listener: StatementListener) -> None:
    """Calls `listener` with every statement sent from now on; the suite judges them by the rules
    of shape."""
    _listeners.append(listener)


def tortoise_config(
    url: str, *, application: str = "afterloan", command_timeout: timedelta | None = None
) -> dict[str, Any]:
    """`command_timeout` is how long we wait for an answer; the server's own limits are shorter."""
    timeout = command_timeout or settings().database_command_timeout
    return {
        "connections": {
            "default": {
                "engine": "app.pool",
                "credentials": {
                    **connect_arguments(url),
                    # Else the first callers would connect one after the other, each with its own
                    # wait for a server that does not answer.
                    "minsize": 0,
                    "maxsize": settings().database_pool_max,
                    "command_timeout": timeout.total_seconds(),
                    "timeout": CONNECT_SECONDS,
                    "server_settings": {**SERVER_SETTINGS, "application_name": application},
                    "init": _watch,
                },
            }
        },
        "apps": {"app": {"models": MODEL_MODULES, "migrations": "migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def connect_arguments(url: str) -> dict[str, Any]:
    """What asyncpg and Tortoise both take. The host may be a folder: a Unix socket, as
    `?host=/path`."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    arguments: dict[str, Any] = {
        "host": query.get("host") or parts.hostname or "127.0.0.1",
        "port": int(query.get("port") or parts.port or 5432),
        "user": unquote(parts.username or "") or None,
        "password": unquote(parts.password or "") or None,
        "database": unquote(parts.path.lstrip("/")) or "postgres",
    }
    if query.get("sslmode") in {"require", "verify-ca", "verify-full"}:
        arguments["ssl"] = query["sslmode"]
    return arguments


async def init_database(
    url: str | None = None,
    *,
    application: str = "afterloan",
    command_timeout: timedelta | None = None,
) -> None:
    secret = settings().database_url
    url = url or (secret.get_secret_value() if secret else None)
    assert url, "DATABASE_URL is set by the operator, or by `afterloan` for its own server"
    config = tortoise_config(url, application=application, command_timeout=command_timeout)
    await Tortoise.init(config=config, _enable_global_fallback=True)


async def close_database() -> None:
    await Tortoise.close_connections()


def connection() -> BaseDBAsyncClient:
    """The transaction's connection inside a unit of work, the pool outside of one."""
    return get_connection("default")


async def rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    with reaching():
        return await connection().execute_query_dict(sql, list(values))


async def row(sql: str, *values: Any) -> dict[str, Any] | None:
    found = await rows(sql, *values)
    return found[0] if found else None


async def value(sql: str, *values: Any) -> Any:
    found = await row(sql, *values)
    return next(iter(found.values())) if found else None


async def execute(sql: str, *values: Any) -> int:
    """Rows affected by an INSERT, UPDATE or DELETE without RETURNING.

    Past Tortoise's own way, which reads the wrong figure of an INSERT's answer: always 0."""
    with reaching():
        async with connection().acquire_connection() as raw:
            answer: str = await raw.execute(sql, *values)
    return int(answer.rsplit(" ", 1)[-1])


@contextmanager
def reaching() -> Iterator[None]:
    """A database that cannot be reached is a refusal with a name, not a fault of ours."""
    try:
        yield
    except AWAY as error:
        raise Unavailable from error
    except asyncpg.DiskFullError as error:
        raise NoRoom from error


@asynccontextmanager
async def patient(limit: timedelta) -> AsyncIterator[None]:
    """A read-only transaction whose statements may take up to `limit`: for jobs that count the
    book."""
    async with unit_of_work() as held:
        milliseconds = int(limit.total_seconds() * 1000)
        await held.execute_query(f"SET LOCAL statement_timeout = {milliseconds}")
        await held.execute_query("SET TRANSACTION READ ONLY")
        yield


@asynccontextmanager
async def raw_connection(
    url: str | None = None, *, statement_timeout_ms: int = 0
) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own outside the pool, for COPY, advisory locks and long set-based
    work."""
    secret = settings().database_url
    url = url or (secret.get_secret_value() if secret else None)
    assert url
    connected = await asyncpg.connect(
        **connect_arguments(url),
        timeout=10,
        server_settings={
            **SERVER_SETTINGS,
            "application_name": "afterloan-bulk",
            "statement_timeout": str(statement_timeout_ms),
            "idle_in_transaction_session_timeout": "0",
        },
    )
    await _watch(connected)
    try:
        yield connected
    finally:
        with suppress(*AWAY):
            await connected.close(timeout=CLOSE_SECONDS)


async def copy_rows(
    connected: asyncpg.Connection,
    table: str,
    columns: Sequence[str],
    records: Sequence[Sequence[Any]],
) -> None:
    await connected.copy_records_to_table(table, records=records, columns=list(columns))


async def _watch(connected: asyncpg.Connection) -> None:
    if _listeners:
        connected.add_query_logger(_tell)


async def _tell(record: Any) -> None:
    for listener in _listeners:
        listener(record.query)


def tortoise_cli_config() -> dict[str, Any]:
    """For `tortoise makemigrations`, which reads the models and needs no server."""
    return tortoise_config("postgres://nobody@localhost/nothing")
