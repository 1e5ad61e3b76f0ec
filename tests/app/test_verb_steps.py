"""The steps of one verb, on a verb that writes one row."""

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from app import database as db
from app import outbox
from app.actor import Actor, ActorKind
from app.operation.change_setting import change_setting
from app.permission import Permission
from app.verb import VERBS, Verb, Work, nothing_to_check, nothing_to_lock, verb
from tests.factories import BUSINESS_DATE, set_business_date

SYSTEM = Actor.system("tests")


class Put(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=80)]
    customer_id: int | None = None
    fails: bool = False


class WasPut(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    business_date: Any


async def _put(work: Work, subject: None, order: Put) -> WasPut:
    await db.execute(
        "INSERT INTO business_setting (name, value, version, changed_at, changed_by)"
        " VALUES ($1, '1', 1, $2, $3)",
        order.name, work.now, work.actor.name,
    )  # fmt: skip
    work.emit("suite.first", id=1)
    work.emit("suite.second", id=2)
    work.note(before="nothing", customer_id=5)
    if order.fails:
        raise RuntimeError("a bug")
    return WasPut(name=order.name, business_date=work.business_date)


PUT: Verb[None, Put, WasPut] = Verb(
    "suite.put",
    _put,
    permission=Permission.SETTING_CHANGE,
    lock=nothing_to_lock,
    check=nothing_to_check,
    keyed=False,
)


async def counts() -> tuple[int, ...]:
    tables = ("business_setting", "audit_entry", "outbox", "idempotency")
    return tuple([await db.value(f"SELECT count(*) FROM {table}") for table in tables])


@pytest.mark.usefixtures("database")
async def test_the_change_its_entry_and_its_jobs_are_one() -> None:
    await set_business_date()
    outcome = await PUT(SYSTEM, Put(name="a"), key="one")
    assert outcome.result == WasPut(name="a", business_date=BUSINESS_DATE)
    assert outcome.replayed is False
    assert await counts() == (1, 1, 2, 1)
    jobs = await db.rows("SELECT topic, payload::text, attempts FROM outbox ORDER BY id")
    assert [tuple(job.values()) for job in jobs] == [
        ("suite.first", '{"id": 1}', 0), ("suite.second", '{"id": 2}', 0),
    ]  # fmt: skip
    entry = await db.row("SELECT verb, actor, customer_id, body FROM audit_entry")
    assert entry is not None
    # Whose borrower it was, the verb may find out on its way.
    assert (entry["verb"], entry["actor"], entry["customer_id"]) == (
        "suite.put", "system:0:tests", 5,
    )  # fmt: skip
    assert msgspec.json.decode(entry["body"]) == {
        "order": {"name": "a", "customer_id": None, "fails": False},
        "facts": {"before": "nothing", "customer_id": 5},
    }


@pytest.mark.usefixtures("database")
async def test_a_bug_in_the_middle_leaves_nothing() -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        await PUT(SYSTEM, Put(name="a", fails=True), key="one")
    assert await counts() == (0, 0, 0, 0)
    # And the key is free for the next try.
    assert not (await PUT(SYSTEM, Put(name="a"), key="one")).replayed


@pytest.mark.usefixtures("database")
async def test_said_again_it_does_nothing_and_answers_the_same() -> None:
    first = await PUT(SYSTEM, Put(name="a"), key="one")
    before = await counts()
    second = await PUT(SYSTEM, Put(name="a"), key="one")
    assert (second.result, second.replayed) == (
        msgspec.structs.replace(first.result, business_date=str(first.result.business_date)),
        True,
    )
    assert await counts() == before


@pytest.mark.usefixtures("database")
async def test_workers_are_woken_after_the_commit_and_only_then() -> None:
    woken: list[str] = []
    with outbox.woken(lambda: woken.append("woken")):
        with pytest.raises(RuntimeError):
            await PUT(SYSTEM, Put(name="a", fails=True))
        assert woken == []
        await PUT(SYSTEM, Put(name="a"))
    assert woken == ["woken"]


@pytest.mark.usefixtures("database")
async def test_a_subject_at_hand_is_judged_without_a_question() -> None:
    """Forty cards need no forty queries; the permission counts all the same."""
    stranger = Actor(kind=ActorKind.user, id=1, name="Ada")
    refusal = PUT.allows(stranger, None, Put(name="a"))
    assert refusal is not None
    assert refusal.facts == {"permission": "setting.change"}
    assert PUT.allows(SYSTEM, None, Put(name="a")) is None


def test_a_verb_knows_its_order_its_answer_and_its_words() -> None:
    assert (PUT.order_type, PUT.result_type) == (Put, WasPut)
    assert VERBS["setting.change"] is change_setting
    assert change_setting.__doc__


def test_two_verbs_cannot_share_a_name() -> None:
    with pytest.raises(AssertionError, match=r"two verbs are called setting\.change"):
        verb("setting.change", permission=Permission.SETTING_CHANGE)(_put)
