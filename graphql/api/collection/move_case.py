from enum import StrEnum

import strawberry

from api.call import Info
from api.collection.case import CaseNode, Stage, cases
from api.directive import Bounded
from api.identifier import Identifier, Kind, decode_as
from api.relation import nodes_by_key
from api.scope import requires
from api.selection import selects
from api.user_error import ERRORS_MAX, Refusal, UserError, told
from app.collection import models
from app.collection.actions import move_case
from app.collection.errors import CaseAlreadyThere, CaseClosed, CaseNotFound
from app.collection.listing import CASES
from app.collection.order import MoveCase
from app.errors import AfterloanError, Stale
from app.identity.scope import Scope
from app.listing import Parent


@strawberry.input(description="A case for another column.")
class MoveCaseInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    stage: Stage = strawberry.field(description="The column it goes to.")
    expected_version: int = strawberry.field(
        description="The `version` you decided on; another one refuses with STALE_VERSION."
    )


@strawberry.enum(description="Everything that can keep a case from being moved.")
class MoveCaseErrorCode(StrEnum):
    CASE_NOT_FOUND = "CASE_NOT_FOUND"
    CASE_CLOSED = "CASE_CLOSED"
    CASE_ALREADY_THERE = "CASE_ALREADY_THERE"
    STALE_VERSION = "STALE_VERSION"


@strawberry.type(description="Why a case was not moved.", directives=[requires(Scope.cases_write)])
class MoveCaseError(UserError):
    code: MoveCaseErrorCode = strawberry.field(description="Why, for programs.")


@strawberry.type(
    description="The case in its new column, or why it was not moved.",
    directives=[requires(Scope.cases_write)],
)
class MoveCasePayload:
    case: CaseNode | None = strawberry.field(
        default=None, description="The case as it stands now, moved or not; null when not found."
    )
    user_errors: list[MoveCaseError] = strawberry.field(
        default_factory=list,
        description="Empty when it was moved.",
        directives=[Bounded(max=ERRORS_MAX)],
    )


_Code = MoveCaseErrorCode
REFUSALS = {
    CaseNotFound: Refusal(_Code.CASE_NOT_FOUND, ("caseId",)),
    CaseClosed: Refusal(_Code.CASE_CLOSED, ("caseId",)),
    CaseAlreadyThere: Refusal(_Code.CASE_ALREADY_THERE, ("stage",)),
    Stale: Refusal(_Code.STALE_VERSION, ("expectedVersion",)),
}


async def resolve(info: Info, input: MoveCaseInput) -> MoveCasePayload:
    case = decode_as(Kind.Case, input.case_id, argument="input.caseId")
    payload = MoveCasePayload()
    order = MoveCase(
        customer_id=case.customer_id,
        case_id=case.id,
        stage=models.Stage(input.stage),
        expected_version=input.expected_version,
    )
    try:
        await move_case(info.context.actor, order)
    except AfterloanError as error:
        payload.user_errors.append(told(error, REFUSALS, MoveCaseError))
    if selects(info, "case"):
        payload.case = await _as_it_stands(info, case)
    return payload


async def _as_it_stands(info: Info, case: Identifier) -> CaseNode | None:
    key = Parent(case.customer_id, case.id)
    return (await nodes_by_key(info, CASES, [key], cases)).get(key)
