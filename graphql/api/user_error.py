"""Refusals that a person can do something about, as data of a mutation's answer."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import strawberry

from api.scope import requires_any
from app.errors import AfterloanError

# A verb refuses for one reason at a time; there is room for several.
ERRORS_MAX = 10


@strawberry.interface(
    description="Why a change was refused, for people and for programs.",
    directives=[requires_any()],
)
class UserError:
    message: str = strawberry.field(description="A sentence for the person who asked.")
    path: list[str] = strawberry.field(description="The input field it is about; empty: all of it.")


class Refusal(NamedTuple):
    """How a mutation tells one error of the domain."""

    code: StrEnum
    path: tuple[str, ...] = ()


Refusals = Mapping[type[AfterloanError], Refusal]


def refusal_of(error: AfterloanError, refusals: Refusals) -> Refusal | None:
    """By the nearest class that is listed; what is not listed is no user's error."""
    for kind in type(error).__mro__:
        if kind in refusals:
            return refusals[kind]
    return None
