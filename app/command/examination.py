"""Looks at the machine without changing it: nothing is started, made or fetched."""

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.asset import broken_assets
from app.command.ground import named
from app.engine.browser import find_browser
from app.engine.errors import EngineError
from app.engine.place import SHARED
from app.engine.process import answers
from app.engine.wheel import locate_postgres, locate_redis, this_platform
from app.settings import settings

PYTHON_MIN = (3, 11)
FREE_SHARE_MIN = 0.1


@dataclass(frozen=True, kw_only=True)
class Finding:
    subject: str
    words: str
    is_well: bool = True
    mend: str = ""


Examine = Callable[[], Iterator[Finding]]


def python() -> Iterator[Finding]:
    yield Finding(
        subject="Python",
        words=f"{platform.python_version()} ({this_platform()})",
        is_well=sys.version_info >= PYTHON_MIN,
        mend="Install Python 3.11 or newer and make .venv anew.",
    )


def home() -> Iterator[Finding]:
    folder = settings().home.resolve()
    standing = next(step for step in (folder, *folder.parents) if step.exists())
    yield Finding(
        subject="State folder",
        words=f"{folder}{'' if folder.exists() else ' (made by the first start)'}",
        is_well=os.access(standing, os.W_OK),
        mend="Give it to the user who runs Afterloan, or name another one in AFTERLOAN_HOME.",
    )
    usage = shutil.disk_usage(standing)
    yield Finding(
        subject="Disk",
        words=f"{usage.free / 2**30:.1f} GiB free of {usage.total / 2**30:.1f}",
        is_well=usage.free >= usage.total * FREE_SHARE_MIN,
        mend="Keep a tenth of it free: PostgreSQL stops when its log has no room.",
    )


def database() -> Iterator[Finding]:
    if url := named(settings().database_url):
        yield from _reached("Database", "DATABASE_URL", lambda: _ask_postgres(url))
    else:
        yield _found("PostgreSQL", lambda: f"our own, {locate_postgres()}")


def redis() -> Iterator[Finding]:
    if url := named(settings().redis_url):
        yield from _reached("Redis", "REDIS_URL", lambda: _ask_redis(url))
    else:
        yield _found("Redis", lambda: f"our own, {locate_redis()}")


def assets() -> Iterator[Finding]:
    broken = broken_assets()
    yield Finding(
        subject="Files for browsers",
        words=f"missing or changed: {', '.join(broken)}" if broken else "whole",
        is_well=not broken,
        mend="Run “afterloan assets”.",
    )


def browser() -> Iterator[Finding]:
    """Only the suite needs one."""
    try:
        words = str(find_browser())
    except EngineError:
        words = "none yet; `make test` brings one"
    yield Finding(subject="Browser for tests", words=words)


def secrets() -> Iterator[Finding]:
    """What development makes up for itself and production must be told."""
    if settings().is_development:
        yield Finding(subject="Environment", words="development")
        return
    yield Finding(subject="Environment", words="production")
    for name in ("personal_keys", "personal_index_key", "cookie_key", "oidc_issuer", "public_url"):
        value = getattr(settings(), name)
        is_set = bool(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
        yield Finding(
            subject=f"AFTERLOAN_{name.upper()}",
            words="set" if is_set else "not set",
            is_well=is_set,
            mend="Set it in the environment; README.md says how.",
        )


def left_behind() -> Iterator[Finding]:
    """Engines whose home was removed. They are kept: nobody but their owner may throw them away."""
    for place in sorted(SHARED.glob("*/home")) if os.access(SHARED, os.R_OK) else ():
        owner = Path(place.read_text())
        if not owner.exists():
            running = answers(place.parent / ".s.PGSQL.5432")
            yield Finding(
                subject="Left behind",
                words=f"{place.parent}{' (running)' if running else ''}; its home was {owner}",
                mend="",
            )


def _found(subject: str, locate: Callable[[], str]) -> Finding:
    try:
        return Finding(subject=subject, words=locate())
    except EngineError as error:
        return Finding(
            subject=subject, words=error.render(), is_well=False, mend=error.render_mend()
        )


def _reached(subject: str, name: str, ask: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield Finding(subject=subject, words=ask())
    except Exception as error:
        yield Finding(
            subject=subject,
            words=f"{name} is set, but {type(error).__name__}: {error}",
            is_well=False,
            mend=f"Start that server or mend {name}.",
        )


def _ask_postgres(url: str) -> str:
    from app.database import raw_connection
    from app.migration import pending

    async def ask() -> str:
        async with raw_connection(url) as connection:
            version = await connection.fetchval("SHOW server_version")
        missing = await pending(url)
        return f"PostgreSQL {version}, " + (
            f"{len(missing)} migrations to run" if missing else "schema current"
        )

    return asyncio.run(ask())


def _ask_redis(url: str) -> str:
    from redis import Redis

    with Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as client:
        policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
        return f"{client.info('server')['redis_version']}, {policy}"


EXAMINATIONS: Sequence[Examine] = (
    python,
    home,
    database,
    redis,
    assets,
    browser,
    secrets,
    left_behind,
)
