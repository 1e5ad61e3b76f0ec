"""The same order twice has one effect. The claim, the effect and the answer are one transaction.

A second caller with the same key waits on the first one's row until it commits, then gets its
answer."""

import hashlib
from typing import Any

import msgspec

from app import clock, database
from app.actor import Actor
from app.errors import IdempotencyKeyReused, Invalid
from app.i18n import N_

KEY_LENGTH_MAX = 200


class IdempotencyKeyInvalid(Invalid):
    code = "IDEMPOTENCY_KEY_INVALID"
    text = N_("An idempotency key has 1 to 200 printable characters.")
    mend = N_("Send a random identifier of your own, such as a UUID, one for each order.")


async def claim(actor: Actor, verb: str, key: str, order: msgspec.Struct) -> dict[str, Any] | None:
    """The stored answer when this order was done before; None when it is the caller's to do."""
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isprintable():
        raise IdempotencyKeyInvalid
    digest = hashlib.sha256(msgspec.json.encode(order, order="sorted")).digest()
    claimed = await database.execute(
        "INSERT INTO idempotency (actor, verb, key, input_digest, claimed_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (actor, verb, key) DO NOTHING",
        owner_of(actor), verb, key, digest, clock.now(),
    )  # fmt: skip
    if claimed:
        return None
    stored = await database.row(
        "SELECT input_digest, result FROM idempotency WHERE actor = $1 AND verb = $2 AND key = $3",
        owner_of(actor), verb, key,
    )  # fmt: skip
    assert stored is not None, "a claim is never deleted while its verb may be repeated"
    if stored["input_digest"] != digest:
        raise IdempotencyKeyReused
    assert stored["result"] is not None, "a claim commits together with its answer"
    answer: dict[str, Any] = msgspec.json.decode(stored["result"])
    return answer


async def keep(actor: Actor, verb: str, key: str, result: Any) -> None:
    await database.execute(
        "UPDATE idempotency SET result = $4::jsonb WHERE actor = $1 AND verb = $2 AND key = $3",
        owner_of(actor), verb, key, msgspec.json.encode(result).decode(),
    )  # fmt: skip


def owner_of(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}" if actor.id else f"{actor.kind}:{actor.name}"
