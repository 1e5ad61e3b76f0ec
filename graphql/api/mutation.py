"""Every change the API offers: one file each, one input, one payload."""

from typing import Annotated

import strawberry

from api.call import Info
from api.collection import move_case
from api.collection.move_case import MoveCaseInput, MoveCasePayload
from api.directive import Cost
from api.loan import post_payment, reverse_payment
from api.loan.post_payment import PostPaymentInput, PostPaymentPayload
from api.loan.reverse_payment import ReversePaymentInput, ReversePaymentPayload
from api.scope import requires
from app.identity.scope import Scope

_WRITE = Cost(weight=10)


@strawberry.type(description="Every change the API offers.")
class Mutation:
    @strawberry.mutation(
        description="Book money received, at its value date; the loan's standing follows at once.",
        directives=[_WRITE, requires(Scope.payments_write)],
    )
    async def post_payment(
        self,
        info: Info,
        input: Annotated[PostPaymentInput, strawberry.argument(description="What was received.")],
    ) -> PostPaymentPayload:
        return await post_payment.resolve(info, input)

    @strawberry.mutation(
        description="Take a wrong payment back as if it had never come; both stay on record.",
        directives=[_WRITE, requires(Scope.payments_write)],
    )
    async def reverse_payment(
        self,
        info: Info,
        input: Annotated[ReversePaymentInput, strawberry.argument(description="Which, and why.")],
    ) -> ReversePaymentPayload:
        return await reverse_payment.resolve(info, input)

    @strawberry.mutation(
        description="Move a case to another column of the board.",
        directives=[_WRITE, requires(Scope.cases_write)],
    )
    async def move_case(
        self,
        info: Info,
        input: Annotated[MoveCaseInput, strawberry.argument(description="Which, and where to.")],
    ) -> MoveCasePayload:
        return await move_case.resolve(info, input)
