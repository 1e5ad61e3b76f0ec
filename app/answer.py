"""What a program was told when its order was done, word for word, for when it asks again.

The effect and its result are stored with the claim, in one transaction. This is the text made of
them: it is kept before it is sent, so that whoever got it once gets the same again, whatever has
happened to the loan since. It lives in the claim's row and as long as that."""

from app import database
from app.actor import Actor
from app.idempotency import owner_of


async def keep_answer(actor: Actor, verb: str, key: str, *, asked: str, text: str) -> None:
    """The first answer stays. `asked` tells the question: another selection is another answer."""
    await database.execute(
        "UPDATE idempotency SET result = result || jsonb_build_object('answer',"
        " coalesce(result -> 'answer', '{}') || jsonb_build_object($4::text, $5::text))"
        " WHERE actor = $1 AND verb = $2 AND key = $3"
        " AND result -> 'answer' -> $4::text IS NULL",
        owner_of(actor), verb, key, asked, text,
    )  # fmt: skip


async def kept_answer(actor: Actor, verb: str, key: str, *, asked: str) -> str | None:
    text: str | None = await database.value(
        "SELECT result -> 'answer' ->> $4::text FROM idempotency"
        " WHERE actor = $1 AND verb = $2 AND key = $3",
        owner_of(actor), verb, key, asked,
    )  # fmt: skip
    return text
