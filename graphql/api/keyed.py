"""Orders with an idempotency key: one effect, and one answer to the letter."""

import base64
import hashlib
from typing import Any, NamedTuple

import asyncpg
import orjson
from tortoise.exceptions import OperationalError

from api.call import Call, Info, Keyed
from api.code import Code
from api.refusal import Refused
from app.answer import keep_answer, kept_answer
from app.personal import Sealed, seal
from app.verb import Order as Asked
from app.verb import Outcome, Result, Subject, Verb


class Question(NamedTuple):
    query: str
    operation_name: str | None
    variables: dict[str, Any] | None

    # Whoever may see more gets another answer.
    in_clear: bool

    def digest(self) -> str:
        packed = orjson.dumps([self.query, self.operation_name, self.variables, self.in_clear])
        return hashlib.sha256(packed).hexdigest()[:32]


async def do_keyed(
    info: Info, verb: Verb[Subject, Asked, Result], order: Asked, key: str
) -> Outcome[Result]:
    call = info.context
    try:
        outcome = await verb(call.actor, order, key=key)
    except (asyncpg.LockNotAvailableError, OperationalError) as error:
        if not isinstance(error.__cause__ or error, asyncpg.LockNotAvailableError):
            raise
        raise Refused(
            Code.IDEMPOTENCY_IN_PROGRESS,
            "The same order, or another for the same loan, is being done right now.",
            retryAfterSeconds=1,
        ) from None
    call.keyed.append(Keyed(verb.name, key, outcome.replayed))
    call.extensions["idempotency"] = {"replayed": all(each.replayed for each in call.keyed)}
    return outcome


async def same_answer_again(call: Call, question: Question, result: Any) -> None:
    """What was answered first is answered always. An answer with errors is not worth keeping.

    It may hold personal data in clear, so it lies sealed, bound to its order and question."""
    if result.errors or result.data is None:
        return
    first, asked = call.keyed[0], question.digest()
    place = int.from_bytes(hashlib.sha256(f"{first.verb}:{first.key}:{asked}".encode()).digest())
    if all(each.replayed for each in call.keyed):
        kept = await kept_answer(call.actor, first.verb, first.key, asked=asked)
        if kept is not None:
            sealed = Sealed(base64.b64decode(kept))
            result.data = orjson.loads(sealed.open("idempotency", "answer", place))
            return
    sealed = seal(orjson.dumps(result.data).decode(), "idempotency", "answer", place)
    text = base64.b64encode(sealed).decode()
    await keep_answer(call.actor, first.verb, first.key, asked=asked, text=text)
