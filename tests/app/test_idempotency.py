import asyncio
from typing import Any

import msgspec
import pytest

from app import database as db
from app import idempotency
from app.actor import Actor, ActorKind
from app.errors import IdempotencyKeyReused
from app.idempotency import KEY_LENGTH_MAX, IdempotencyKeyInvalid, owner_of
from app.permission import Role
from app.unit_of_work import unit_of_work
from tests.factories import actor_of, client_of

ADA, GRACE = actor_of(Role.credit_manager), actor_of(Role.credit_manager, id=2)
ANSWER = {"payment_id": 7, "note": "林"}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    amount_minor: int = 100
    reference: str = ""


async def say(
    actor: Actor = ADA,
    *,
    verb: str = "payment.post",
    key: str = "one",
    order: msgspec.Struct | None = None,
) -> dict[str, Any] | None:
    """As a verb does: claim, act, keep the answer. None when it acted."""
    async with unit_of_work():
        done = await idempotency.claim(actor, verb, key, order or Order())
        if done is None:
            await idempotency.keep(actor, verb, key, ANSWER)
        return done


async def count() -> int:
    return int(await db.value("SELECT count(*) FROM idempotency"))


@pytest.mark.usefixtures("database")
async def test_the_second_time_the_answer_is_the_first_one() -> None:
    assert await say() is None
    assert await say() == ANSWER
    assert await count() == 1


@pytest.mark.usefixtures("database")
async def test_the_same_key_for_another_input_is_refused() -> None:
    await say()
    for order in (Order(amount_minor=101), Order(reference="B-7")):
        with pytest.raises(IdempotencyKeyReused):
            await say(order=order)
    assert await say() == ANSWER


@pytest.mark.usefixtures("database")
async def test_a_key_is_its_owners_and_for_one_verb() -> None:
    await say()
    assert await say(GRACE) is None
    assert await say(client_of(id=1)) is None
    assert await say(verb="payment.reverse") is None
    assert await say(key="two") is None
    assert await count() == 5


@pytest.mark.usefixtures("database")
async def test_what_was_rolled_back_was_never_said() -> None:
    with pytest.raises(RuntimeError):
        await _fails()
    assert await count() == 0
    assert await say() is None


async def _fails() -> None:
    async with unit_of_work():
        await idempotency.claim(ADA, "payment.post", "one", Order())
        raise RuntimeError


@pytest.mark.usefixtures("database")
async def test_of_many_at_once_one_acts_and_the_others_wait_for_its_answer() -> None:
    answers = await asyncio.gather(*(say() for _ in range(10)))
    assert answers.count(None) == 1
    assert [answer for answer in answers if answer is not None] == [ANSWER] * 9


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("key", ["x", "x" * KEY_LENGTH_MAX, "一个键", "a b~!"])
async def test_any_printable_key_will_do(key: str) -> None:
    assert await say(key=key) is None
    assert await say(key=key) == ANSWER


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("key", ["", "x" * (KEY_LENGTH_MAX + 1), "a\nb", "a\0", "\ud800"])
async def test_other_keys_are_refused_before_the_database_sees_them(key: str) -> None:
    with pytest.raises(IdempotencyKeyInvalid):
        await say(key=key)
    assert await count() == 0


def test_the_input_is_the_same_in_whatever_order_its_fields_stand() -> None:
    """The digest is over sorted fields, so that a newer release reads an older key."""

    class Turned(msgspec.Struct, frozen=True, kw_only=True):
        reference: str = ""
        amount_minor: int = 100

    one, other = (msgspec.json.encode(made, order="sorted") for made in (Order(), Turned()))
    assert one == other


@pytest.mark.parametrize(
    ("actor", "owner"),
    [
        (ADA, "user:1"),
        (client_of(id=7), "client:7"),
        (Actor.system("close"), "system:close"),
        (Actor(kind=ActorKind.user, id=1, name="renamed since"), "user:1"),
    ],
)
def test_an_owner_is_the_one_who_acts_whatever_he_is_called(actor: Actor, owner: str) -> None:
    assert owner_of(actor) == owner
