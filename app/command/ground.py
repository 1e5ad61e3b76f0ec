"""What most commands stand on: a database, a Redis, a schema of today."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import SecretStr

from app.database import close_database, init_database
from app.engine.hold import hold_engines
from app.errors import Unavailable
from app.i18n import N_
from app.migration import migrate, pending
from app.settings import settings
from app.unit_of_work import AWAY

# Nobody waits for a page here; a report over the whole book may take its time.
ANSWER_WITHIN = timedelta(minutes=30)

Result = TypeVar("Result")


class SchemaBehind(Unavailable):
    code = "SCHEMA_BEHIND"
    text = N_("The database lacks {count} migrations of this version: {names}.")
    mend = N_("Run “afterloan migrate”.")


@contextmanager
def ground(*, current: bool = True) -> Iterator[None]:
    """Inside, DATABASE_URL and REDIS_URL are known to this process and its children.

    Our own database is brought up to date; one that the operator named is not touched unasked."""
    database_url, redis_url = named(settings().database_url), named(settings().redis_url)
    ours = database_url is None
    with hold_engines(settings().home, database_url=database_url, redis_url=redis_url) as found:
        os.environ["DATABASE_URL"] = found.database_url
        os.environ["REDIS_URL"] = found.redis_url
        settings.cache_clear()
        if current:
            try:
                asyncio.run(_bring_up_to_date(found.database_url, ours=ours))
            except AWAY as error:
                raise Unavailable from error
        yield


def named(url: SecretStr | None) -> str | None:
    """An empty one names nothing."""
    return (url.get_secret_value() or None) if url else None


def run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """One piece of work on its own ground."""
    with ground():
        return asyncio.run(with_database(work))


async def with_database(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    await init_database(application="afterloan-command", command_timeout=ANSWER_WITHIN)
    try:
        return await work()
    finally:
        await close_database()


async def _bring_up_to_date(url: str, *, ours: bool) -> None:
    missing = await pending(url)
    if missing and ours:
        await migrate(url)
    elif missing:
        raise SchemaBehind(count=len(missing), names=", ".join(missing))
