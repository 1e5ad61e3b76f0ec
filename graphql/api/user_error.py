"""Refusals that a person can do something about, as data of a mutation's answer."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import strawberry

from api.scope import requires_any
from app.errors import AfterloanError

CodeT = TypeVar("CodeT", bound=StrEnum)
ErrorT = TypeVar("ErrorT")
# A verb refuses for one reason at a time; there is room for several.
ERRORS_MAX = 10


@strawberry.interface(
    description="Why a change was refused, for people and for programs.",
    directives=[requires_any()],
)
class UserError:
    message: str = strawberry.field(description="A sentence for the person who asked.")
    path: list[str] = strawberry.field(description="The input field it is about; empty: all of it.")


class Refusal(NamedTuple, Generic[CodeT]):
    """How a mutation tells one error of the domain."""

    code: CodeT
    path: tuple[str, ...] = ()


Refusals = Mapping[type[AfterloanError], Refusal[Any]]


def told(error: AfterloanError, refusals: Refusals, make: Callable[..., ErrorT]) -> ErrorT:
    """As data, by the nearest class that is listed. What is not listed is no user's error, and
    goes on its way to the top."""
    for kind in type(error).__mro__:
        if kind in refusals:
            refusal = refusals[kind]
            return make(message=error.render(), path=list(refusal.path), code=refusal.code)
    raise error
