from datetime import date

import pytest

from app import database as db
from app.actor import Actor
from app.operation.close.actions import start_close
from app.operation.close.order import StartClose
from tests.factories import set_business_date
from workers import job
from workers.topics import load_topics

pytestmark = pytest.mark.usefixtures("database")


async def ask() -> tuple[str, int, dict[str, str]]:
    await set_business_date(date(2026, 3, 15))
    order = StartClose(to_date=date(2026, 3, 16), in_background=True)
    await start_close(Actor.system("test"), order)
    row = await db.row("SELECT id, topic FROM outbox")
    assert row is not None
    return row["topic"], row["id"], {"to_date": "2026-03-16"}


async def state() -> tuple[date, bool]:
    on_date = await db.value("SELECT on_date FROM business_day")
    return on_date, await db.value("SELECT done_at IS NOT NULL FROM outbox")


async def test_job_closes_the_day_it_was_asked_for() -> None:
    load_topics()
    await job.run(*await ask())
    assert await state() == (date(2026, 3, 16), True)


async def test_job_handed_over_twice_closes_no_second_day() -> None:
    load_topics()
    asked = await ask()
    await job.run(*asked)
    await db.execute("UPDATE outbox SET done_at = NULL")
    await job.run(*asked)
    assert await state() == (date(2026, 3, 16), True)
    assert await db.value("SELECT count(*) FROM day_close") == 1
