from datetime import date
from enum import StrEnum

import strawberry

from api.call import Info
from api.connection import Row
from api.identifier import Kind, encode
from api.money import Money, money
from api.node import Node
from api.scope import requires
from app.identity.scope import Scope


@strawberry.enum(description="How an instalment stands on the business date.")
class InstalmentState(StrEnum):
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    LATE = "late"
    DUE = "due"


@strawberry.type(
    name="Instalment",
    description="One row of a loan's schedule, with what has been paid on it.",
    directives=[requires(Scope.loans_read)],
)
class InstalmentNode(Node):
    number: int = strawberry.field(description="1, 2, 3 … within the loan.")
    due_on: date = strawberry.field(description="When it is due.")
    state: InstalmentState = strawberry.field(description="How it stands on the business date.")
    principal: Money = strawberry.field(description="Principal due.")
    interest: Money = strawberry.field(description="Interest due.")
    fee: Money = strawberry.field(description="Fees due.")
    total: Money = strawberry.field(description="All of it.")
    paid: Money = strawberry.field(description="What has been paid on it.")
    principal_paid: Money = strawberry.field(description="Principal paid.")
    interest_paid: Money = strawberry.field(description="Interest paid.")
    fee_paid: Money = strawberry.field(description="Fees paid.")
    settled_on: date | None = strawberry.field(
        description="The value date of the payment that paid the rest; null while open."
    )


async def instalments(info: Info, rows: list[Row]) -> list[InstalmentNode]:
    today = await info.context.business_date()
    return [_instalment(row, today) for row in rows]


def _instalment(row: Row, today: date) -> InstalmentNode:
    currency = row["currency"]
    due = row["principal_minor"] + row["interest_minor"] + row["fee_minor"]
    paid = row["principal_paid_minor"] + row["interest_paid_minor"] + row["fee_paid_minor"]
    return InstalmentNode(
        id=encode(Kind.Instalment, row["customer_id"], row["id"]),
        number=row["number"],
        due_on=row["due_on"],
        state=_state(due, paid, is_late=row["due_on"] < today),
        principal=money(row["principal_minor"], currency),
        interest=money(row["interest_minor"], currency),
        fee=money(row["fee_minor"], currency),
        total=money(due, currency),
        paid=money(paid, currency),
        principal_paid=money(row["principal_paid_minor"], currency),
        interest_paid=money(row["interest_paid_minor"], currency),
        fee_paid=money(row["fee_paid_minor"], currency),
        settled_on=row["settled_on"],
    )


def _state(due: int, paid: int, *, is_late: bool) -> InstalmentState:
    if paid >= due:
        return InstalmentState.PAID
    if is_late:
        return InstalmentState.LATE
    return InstalmentState.PARTLY_PAID if paid else InstalmentState.DUE
