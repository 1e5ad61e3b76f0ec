from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.types.unset import UNSET

from api.action import ACTIONS_MAX, AllowedAction, answer
from api.batch import Batch
from api.call import Info
from api.connection import Direction, Row
from api.directive import Bounded
from api.filter import DateFilter, Filterable, IdFilter, customer_key
from api.identifier import Kind, encode
from api.loan.subject import payment_subject
from api.money import Money, money
from api.node import Node
from api.relation import one_of_each
from api.scope import requires
from app.identity.scope import Scope
from app.listing import Parent
from app.loan.actions import reverse_payment
from app.loan.listing import LOANS
from app.loan.order import ReversePayment
from app.number import payment_number

if TYPE_CHECKING:
    from api.loan.loan import LoanNode


@strawberry.type(
    name="Payment",
    description="Money received for a loan, and where it went.",
    directives=[requires(Scope.payments_read)],
)
class PaymentNode(Node):
    number: str = strawberry.field(description="Our number, with check digits.")
    amount: Money = strawberry.field(description="What was received.")
    principal: Money = strawberry.field(description="What of it repaid principal.")
    interest: Money = strawberry.field(description="What of it paid interest.")
    fee: Money = strawberry.field(description="What of it paid fees.")
    surplus: Money = strawberry.field(description="What was more than the loan owed.")
    value_on: date = strawberry.field(description="The day it counts for.")
    booked_at: datetime = strawberry.field(description="When it was booked.")
    channel: str = strawberry.field(description="How it came; empty when unknown.")
    reference: str = strawberry.field(description="The bank's own reference; empty when unknown.")
    is_reversed: bool = strawberry.field(description="Whether it was taken back.")

    row: strawberry.Private[Row]
    batch: strawberry.Private[Batch[Row]]
    today: strawberry.Private[date]

    @strawberry.field(
        description="The loan it was for.",
        directives=[requires((Scope.payments_read, Scope.loans_read))],
    )
    async def loan(self, info: Info) -> Annotated["LoanNode", strawberry.lazy("api.loan.loan")]:
        from api.loan.loan import loans

        found = await one_of_each(
            info, self.batch, self.row, to=LOANS, key_of=_its_loan, make=loans
        )
        assert found is not None, "whoever sees a payment sees its loan"
        return found

    @strawberry.field(
        description="What can be done with it just now, and if not, why.",
        directives=[Bounded(max=ACTIONS_MAX)],
    )
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        least = ReversePayment(
            customer_id=self.row["customer_id"],
            loan_id=self.row["loan_id"],
            payment_id=self.row["id"],
            reason="-",
        )
        return [answer(info, reverse_payment, payment_subject(self.row, self.today), least)]


@strawberry.input(description="Which payments. All fields that are given must hold.")
class PaymentFilter:
    customer: IdFilter | None = strawberry.field(default=UNSET, description="Of these borrowers.")
    value_on: DateFilter | None = strawberry.field(default=UNSET, description="Valued then.")
    AND: list["PaymentFilter"] | None = strawberry.field(
        default=UNSET, name="AND", description="All of these hold."
    )
    OR: list["PaymentFilter"] | None = strawberry.field(
        default=UNSET, name="OR", description="At least one of these holds."
    )
    NOT: Annotated["PaymentFilter", strawberry.lazy("api.loan.payment")] | None = strawberry.field(
        default=UNSET, name="NOT", description="This does not hold."
    )


@strawberry.input(one_of=True, description="By what payments are ordered; equal ones by their id.")
class PaymentOrder:
    id: Direction | None = strawberry.field(default=UNSET, description="In the order of booking.")
    value_on: Direction | None = strawberry.field(default=UNSET, description="By value date.")


FILTERABLE = {
    "customer": Filterable("customer", customer_key),
    "value_on": Filterable("value_on"),
}


async def payments(info: Info, rows: list[Row]) -> list[PaymentNode]:
    today, batch = await info.context.business_date(), Batch(rows)
    return [_payment(row, batch, today) for row in rows]


def _payment(row: Row, batch: Batch[Row], today: date) -> PaymentNode:
    currency = row["currency"]
    return PaymentNode(
        id=encode(Kind.Payment, row["customer_id"], row["id"]),
        number=payment_number(row["id"]),
        amount=money(row["amount_minor"], currency),
        principal=money(row["principal_minor"], currency),
        interest=money(row["interest_minor"], currency),
        fee=money(row["fee_minor"], currency),
        surplus=money(row["surplus_minor"], currency),
        value_on=row["value_on"],
        booked_at=row["booked_at"],
        channel=row["channel"],
        reference=row["reference"],
        is_reversed=row["reversal_event_id"] is not None,
        row=row,
        batch=batch,
        today=today,
    )


def _its_loan(row: Row) -> Parent:
    return Parent(row["customer_id"], row["loan_id"])
