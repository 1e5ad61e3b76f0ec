"""What the caller may do with a thing just now, and if not, why: the verb's own check."""

from typing import Any

import strawberry

from api.call import Info
from api.scope import requires_any
from app.errors import AfterloanError
from app.verb import Verb

ACTIONS_MAX = 10


@strawberry.type(
    description="Something that can be done, and whether it can be just now.",
    directives=[requires_any()],
)
class AllowedAction:
    action: str = strawberry.field(description="Its name: “payment.post”.")
    allowed: bool = strawberry.field(description="Whether it would be done.")
    reason: str | None = strawberry.field(description="Why not, in words; null when allowed.")
    code: str | None = strawberry.field(description="Why not, for programs; null when allowed.")


def answer(
    info: Info, verb: Verb[Any, Any, Any], subject: Any, order: Any, *, name: str = ""
) -> AllowedAction:
    """`order` is the least that could be asked for."""
    refusal: AfterloanError | None = verb.allows(info.context.actor, subject, order)
    return AllowedAction(
        action=name or verb.name,
        allowed=refusal is None,
        reason=None if refusal is None else refusal.render(),
        code=None if refusal is None else refusal.code,
    )
