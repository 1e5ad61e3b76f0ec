"""The business day at a glance: where it stands, how far a close is, what waits for a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from app import clock, database
from app.actor import Actor
from app.operation.business_day import current_business_date
from app.operation.close.quarantine import reason_text
from app.permission import Permission
from app.setting import AUTOMATIC_CLOSE, CLOSING_TIME, TIME_ZONE

CLOSES_SHOWN_MAX = 10
SET_ASIDE_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningShards:
    to_date: date
    started_at: datetime
    total: int
    done: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    customer_id: int
    loan_id: int
    to_date: date
    code: str
    facts: dict[str, Any]
    since: datetime

    def reason(self, language: str) -> str:
        return reason_text(self.code, self.facts, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastClose:
    to_date: date
    started_at: datetime
    finished_at: datetime
    loans_changed: int
    cases_changed: int
    reminders_planned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCount:
    topic: str
    waiting: int
    retrying: int
    given_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    business_date: date
    closes_at: datetime
    is_automatic: bool
    running: RunningShards | None
    # The oldest ones; the count is of all.
    set_aside: list[SetAside]
    set_aside_count: int
    closes: list[PastClose]
    jobs: list[JobCount]

    @property
    def next_date(self) -> date:
        return self.business_date + timedelta(days=1)


async def overview(actor: Actor) -> Overview:
    actor.require(Permission.DAY_READ)
    business_date = await current_business_date()
    closing = await CLOSING_TIME.get(), await TIME_ZONE.get()
    return Overview(
        business_date=business_date,
        closes_at=clock.next_closing(business_date, *closing),
        is_automatic=await AUTOMATIC_CLOSE.get(),
        running=await _running(),
        set_aside=await _set_aside(),
        set_aside_count=await _set_aside_count(),
        closes=await _closes(),
        jobs=await _jobs(),
    )


async def _running() -> RunningShards | None:
    found = await database.row(
        "SELECT to_date, started_at, shard_count AS total,"
        " array(SELECT shard FROM day_close_shard"
        " WHERE day_close_shard.to_date = day_close.to_date) AS done"
        " FROM day_close WHERE state = 'running'"
    )
    return RunningShards(**{**found, "done": frozenset(found["done"])}) if found else None


async def _set_aside() -> list[SetAside]:
    found = await database.rows(
        "SELECT customer_id, loan_id, to_date, code, facts, since FROM quarantine"
        f" WHERE released_at IS NULL ORDER BY since, id LIMIT {SET_ASIDE_SHOWN_MAX}"
    )
    return [SetAside(**{**row, "facts": msgspec.json.decode(row["facts"])}) for row in found]


async def _set_aside_count() -> int:
    found = await database.value("SELECT count(*) FROM quarantine WHERE released_at IS NULL")
    assert isinstance(found, int)
    return found


async def _closes() -> list[PastClose]:
    found = await database.rows(
        "SELECT day_close.to_date, started_at, day_close.finished_at,"
        " coalesce(sum(loans_changed), 0)::bigint AS loans_changed,"
        " coalesce(sum(cases_changed), 0)::bigint AS cases_changed,"
        " coalesce(sum(reminders_planned), 0)::bigint AS reminders_planned"
        " FROM day_close LEFT JOIN day_close_shard USING (to_date) WHERE state = 'done'"
        " GROUP BY day_close.to_date, started_at, day_close.finished_at"
        f" ORDER BY day_close.to_date DESC LIMIT {CLOSES_SHOWN_MAX}"
    )
    return [PastClose(**row) for row in found]


async def _jobs() -> list[JobCount]:
    found = await database.rows(
        "SELECT topic, count(*) FILTER (WHERE failure = '') AS waiting,"
        " count(*) FILTER (WHERE failure <> '' AND hand_at < 'infinity') AS retrying,"
        " count(*) FILTER (WHERE hand_at = 'infinity') AS given_up"
        " FROM outbox WHERE done_at IS NULL GROUP BY topic ORDER BY topic"
    )
    return [JobCount(**row) for row in found]
