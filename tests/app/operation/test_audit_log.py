from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.actor import Actor, ActorKind
from app.errors import Forbidden
from app.operation import audit_log
from app.operation.audit_log import Asked, actors, entries, kind_of, name_of
from app.permission import Role
from tests.app.operation.test_audit import record
from tests.factories import actor_of

pytestmark = pytest.mark.usefixtures("database")
OFFICER = actor_of(Role.risk_officer)
ADA = Actor(kind=ActorKind.user, id=1, name="Ada: Lovelace")
CORE = Actor(kind=ActorKind.client, id=7, name="core banking")


async def found(before: int | None = None, **asked: Any) -> list[int]:
    return [entry.id for entry in await entries(OFFICER, Asked(**asked), before=before)]


async def test_newest_first_whatever_order_they_were_written_in() -> None:
    late = await record(at=datetime(2026, 3, 15, 9, tzinfo=UTC))
    early = await record(at=datetime(2026, 3, 14, 9, tzinfo=UTC))
    same = await record(at=datetime(2026, 3, 14, 9, tzinfo=UTC))
    assert await found() == [late, same, early]


async def test_an_entry_comes_with_all_it_says() -> None:
    id = await record(5, actor=ADA, facts={"amount_minor": 100})
    (entry,) = await entries(OFFICER, Asked())
    assert (entry.id, entry.chain, entry.sequence, entry.customer_id) == (id, 5, 1, 5)
    assert (entry.order, entry.facts) == ({"a": "林", "b": 1}, {"amount_minor": 100})
    assert (entry.actor_kind, entry.actor_name) == ("user", "Ada: Lovelace")


async def test_each_filter_narrows_and_all_of_them_together() -> None:
    posted = await record(5, verb="payment.post", actor=ADA)
    moved = await record(5, verb="case.move", actor=ADA)
    other = await record(6, verb="payment.post", actor=CORE)
    assert await found(verb="payment.post") == [other, posted]
    assert await found(actor="user:1:Ada: Lovelace") == [moved, posted]
    assert await found(customer_id=5) == [moved, posted]
    assert await found(verb="payment.post", actor="client:7:core banking", customer_id=6) == [other]
    assert await found(verb="payment.post", customer_id=99) == []
    assert await found(verb="no.such") == []


async def test_days_are_those_where_the_lender_sits() -> None:
    """In Shanghai the fifteenth begins at four in the afternoon of the fourteenth, in UTC."""
    before = await record(at=datetime(2026, 3, 14, 15, 59, 59, tzinfo=UTC))
    first = await record(at=datetime(2026, 3, 14, 16, tzinfo=UTC))
    last = await record(at=datetime(2026, 3, 15, 15, 59, 59, tzinfo=UTC))
    after = await record(at=datetime(2026, 3, 15, 16, tzinfo=UTC))
    day = date(2026, 3, 15)
    assert await found(from_on=day, until_on=day) == [last, first]
    assert await found(from_on=day) == [after, last, first]
    assert await found(until_on=date(2026, 3, 14)) == [before]
    assert await found(from_on=day, until_on=date(2026, 3, 14)) == []


async def test_pages_follow_each_other_without_gap_or_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_log, "ENTRIES_PER_PAGE", 2)
    ids = [await record(5) for _ in range(5)][::-1]
    first = await found(customer_id=5)
    second = await found(before=first[1], customer_id=5)
    third = await found(before=second[1], customer_id=5)
    assert [*first[:2], *second[:2], *third] == ids
    assert await found(before=0) == []


async def test_everybody_in_the_log_once() -> None:
    for actor in (ADA, CORE, ADA, Actor.system("close")):
        await record(actor=actor)
    assert await actors(OFFICER) == [
        "client:7:core banking", "system:0:close", "user:1:Ada: Lovelace",
    ]  # fmt: skip


async def test_who_may_not_read_the_log_reads_nothing_of_it() -> None:
    await record(5)
    for role in set(Role) - {Role.risk_officer, Role.administrator}:
        for read in (entries(actor_of(role), Asked()), actors(actor_of(role))):
            with pytest.raises(Forbidden):
                await read
    assert len(await entries(actor_of(Role.administrator), Asked())) == 1


@pytest.mark.parametrize(
    ("actor", "kind", "name"),
    [
        ("user:1:Ada: Lovelace", "user", "Ada: Lovelace"),
        ("system:0:close", "system", "close"),
        ("robot:1:x", "", "x"),
        ("nonsense", "", "nonsense"),
    ],
)
def test_an_actor_in_the_log(actor: str, kind: str, name: str) -> None:
    assert (kind_of(actor), name_of(actor)) == (kind, name)
