from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app import database as db
from app.operation import housekeeping
from app.operation.housekeeping import (
    KEEP_DONE_JOBS,
    KEEP_ENDED_SESSIONS,
    KEEP_IDEMPOTENCY,
    KEEP_LIVE_EVENTS,
    sweep_out,
)
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 15, 3, 41, tzinfo=UTC)
A_MOMENT = timedelta(seconds=1)
NOTHING = {"idempotency": 0, "live_event": 0, "outbox": 0, "session": 0, "sign_in_attempt": 0}


async def swept() -> dict[str, int]:
    with clock.frozen_at(NOW):
        return await sweep_out()


async def claim(key: str, at: datetime) -> None:
    await db.execute(
        "INSERT INTO idempotency (actor, verb, key, input_digest, claimed_at)"
        " VALUES ('user:1', 'payment.post', $1, '\\x00', $2)",
        key, at,
    )  # fmt: skip


async def live_event(at: datetime) -> None:
    await db.execute(
        "INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)"
        " VALUES ($1, 1, 1, '', '', '')",
        at,
    )


async def job(topic: str, done_at: datetime | None) -> None:
    await db.execute(
        "INSERT INTO outbox (topic, payload, created_at, hand_at, attempts, failure, done_at)"
        " VALUES ($1, '{}', $2, $2, 1, '', $3)",
        topic, NOW - timedelta(days=400), done_at,
    )  # fmt: skip


async def session(id_hash: str, expires_at: datetime) -> None:
    await db.execute(
        "INSERT INTO session (id_hash, user_id, issuer_session, user_agent, created_at, seen_at,"
        " expires_at) SELECT $1, max(id), '', '', $2, $2, $2 FROM user_account",
        id_hash, expires_at,
    )  # fmt: skip


async def left(table: str, column: str) -> list[str]:
    return [row["v"] for row in await db.rows(f"SELECT {column} AS v FROM {table} ORDER BY 1")]


async def test_an_empty_house_is_swept_too() -> None:
    assert await swept() == NOTHING


async def test_keys_are_kept_while_an_order_may_be_repeated() -> None:
    await claim("old", NOW - KEEP_IDEMPOTENCY - A_MOMENT)
    await claim("kept", NOW - KEEP_IDEMPOTENCY)
    await claim("new", NOW)
    assert await swept() == NOTHING | {"idempotency": 1}
    assert await left("idempotency", "key") == ["kept", "new"]


async def test_jobs_are_kept_until_they_are_done() -> None:
    await job("done long ago", NOW - KEEP_DONE_JOBS - A_MOMENT)
    await job("done lately", NOW - KEEP_DONE_JOBS)
    await job("never done", None)
    assert await swept() == NOTHING | {"outbox": 1}
    assert await left("outbox", "topic") == ["done lately", "never done"]


async def test_the_newest_news_stays_however_old() -> None:
    """Browsers say how far they have heard, and ids go on from there."""
    for days in (9, 8, 7):
        await live_event(NOW - timedelta(days=days))
    newest = await db.value("SELECT max(id) FROM live_event")
    assert await swept() == NOTHING | {"live_event": 2}
    assert await left("live_event", "id") == [newest]
    await live_event(NOW - KEEP_LIVE_EVENTS)
    assert (await swept())["live_event"] == 1


async def test_sessions_and_sign_ins_go_when_nobody_asks_for_them_any_more() -> None:
    await make_user()
    await session("old", NOW - KEEP_ENDED_SESSIONS - A_MOMENT)
    await session("ended", NOW - timedelta(days=1))
    for name, expires_at in (("a", NOW - timedelta(days=2)), ("b", NOW)):
        await db.execute(
            "INSERT INTO sign_in_attempt (state_hash, browser_hash, address_hash, nonce,"
            " code_verifier, next_path, created_at, expires_at)"
            " VALUES ($1, 'x', '\\x00', 'x', 'x', '/', $2, $2)",
            name, expires_at,
        )  # fmt: skip
    assert await swept() == NOTHING | {"session": 1, "sign_in_attempt": 1}
    assert await left("session", "id_hash") == ["ended"]
    assert await left("sign_in_attempt", "state_hash") == ["b"]


async def test_much_is_swept_in_small_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "ROWS_PER_STATEMENT", 2)
    for number in range(5):
        await claim(str(number), NOW - timedelta(days=99))
    assert await swept() == NOTHING | {"idempotency": 5}
    assert await db.value("SELECT count(*) FROM idempotency") == 0


def test_the_book_and_the_audit_log_are_never_touched() -> None:
    assert {table for table, *_ in housekeeping._STALE} == set(NOTHING)
