import hashlib
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from app import database as db
from app.actor import Actor, ActorKind
from app.log import set_request_id
from app.operation import audit
from app.operation.audit import CHAIN_COUNT, CHAIN_OF_NONE, GENESIS, chain_of, digest
from app.operation.audit_verify import verify_audit
from app.unit_of_work import unit_of_work

AT = datetime(2026, 3, 15, 8, 30, 0, 123456, tzinfo=UTC)
SYSTEM = Actor.system("tests")
COLUMNS: dict[str, Any] = {
    "entry_id": 7,
    "chain": 3,
    "at": AT,
    "business_date": date(2026, 3, 15),
    "verb": "payment.post",
    "actor": "user:1:Ada",
    "customer_id": 35,
    "request": "abc",
    "body": "{}",
}


async def record(customer_id: int | None = None, **changed: Any) -> int:
    async with unit_of_work():
        entry_id, _ = await audit.begin()
        facts: dict[str, Any] = {
            "verb": "payment.post",
            "actor": SYSTEM,
            "at": AT,
            "business_date": date(2026, 3, 15),
            "order": {"b": 1, "a": "林"},
            "facts": {},
        }
        await audit.record(entry_id, customer_id=customer_id, **{**facts, **changed})
    return entry_id


def test_borrowers_are_spread_over_the_chains() -> None:
    assert [chain_of(id) for id in (1, 31, 32, 33)] == [1, 31, 0, 1]
    assert chain_of(None) == CHAIN_OF_NONE == CHAIN_COUNT
    assert {chain_of(id) for id in range(1, 1000)} == set(range(CHAIN_COUNT))


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        (Actor.system("close"), "system:0:close"),
        (Actor(kind=ActorKind.client, id=7, name="core: banking"), "client:7:core: banking"),
        (Actor(kind=ActorKind.user, id=1, name="x" * 300), f"user:1:{'x' * 153}"),
    ],
)
def test_an_actor_is_kind_number_and_name(actor: Actor, text: str) -> None:
    assert audit.actor_text(actor) == text


@pytest.mark.parametrize("column", COLUMNS)
def test_a_digest_covers_every_column(column: str) -> None:
    other = {
        "entry_id": 8,
        "chain": 4,
        "at": AT + timedelta(microseconds=1),
        "business_date": date(2026, 3, 16),
        "customer_id": None,
    }
    changed = {**COLUMNS, column: other.get(column, f"{COLUMNS[column]} ")}
    assert digest(**changed) != digest(**COLUMNS)


def test_a_digest_is_of_the_instant_and_not_of_its_zone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert digest(**{**COLUMNS, "at": elsewhere}) == digest(**COLUMNS)


def test_words_that_run_together_are_still_other_words() -> None:
    one = digest(**{**COLUMNS, "verb": "a", "actor": "bc"})
    assert one != digest(**{**COLUMNS, "verb": "ab", "actor": "c"})
    assert one != digest(**{**COLUMNS, "verb": 'a","bc', "actor": ""})


@pytest.mark.usefixtures("database")
async def test_an_entry_follows_the_one_before_in_its_chain() -> None:
    set_request_id("request-1")
    first, second = await record(5), await record(5 + CHAIN_COUNT)
    other = await record()
    rows = await db.rows("SELECT * FROM audit_entry ORDER BY id")
    assert [(row["id"], row["chain"], row["sequence"]) for row in rows] == [
        (first, 5, 1), (second, 5, 2), (other, CHAIN_OF_NONE, 1),
    ]  # fmt: skip
    assert {row["request_id"] for row in rows} == {"request-1"}
    # Sorted, so that the same order always has the same text.
    assert rows[0]["body"] == '{"facts":{},"order":{"a":"林","b":1}}'
    link = GENESIS
    for row in rows[:2]:
        columns = digest(
            row["id"], row["chain"], row["at"], row["business_date"], row["verb"], row["actor"],
            row["customer_id"], row["request_id"], row["body"],
        )  # fmt: skip
        link = hashlib.sha256(link + columns).digest()
        assert row["hash"] == link
    head = await db.row("SELECT sequence, hash FROM audit_head WHERE chain = 5")
    assert head == {"sequence": 2, "hash": link}
    assert (await verify_audit()).is_whole
    set_request_id("")


@pytest.mark.usefixtures("database")
async def test_what_is_rolled_back_leaves_no_link() -> None:
    await record(5)
    with suppress(RuntimeError):
        async with unit_of_work():
            await record(5)
            raise RuntimeError
    await record(5)
    rows = await db.rows("SELECT sequence FROM audit_entry ORDER BY id")
    assert [row["sequence"] for row in rows] == [1, 2]
    assert (await verify_audit()).is_whole


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET actor = 'user:1:nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
async def test_the_database_refuses_to_change_an_entry(tampering: str) -> None:
    await record(5)
    with pytest.raises(Exception, match="audit_entry is only ever added to"):
        await db.execute(tampering)
    assert await db.value("SELECT count(*) FROM audit_entry") == 1
