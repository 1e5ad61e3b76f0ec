from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import strawberry
from strawberry.types.unset import UNSET

from api.action import AllowedAction, answer
from api.batch import Batch
from api.call import Info
from api.connection import Direction, Row
from api.customer.customer import CustomerNode, customers
from api.directive import Bounded
from api.filter import DateFilter, Filterable, IdFilter, customer_key
from api.identifier import Kind, encode
from api.money import Money, money
from api.node import Node
from api.relation import its_customer, one_of_each
from api.scope import requires
from app.collection import models
from app.collection.actions import move_case
from app.collection.order import MoveCase
from app.collection.subject import CaseSubject
from app.customer.listing import CUSTOMERS
from app.identity.scope import Scope
from app.loan.bucket import days_past_due
from app.number import case_number

# Nobody borrows in more.
CURRENCIES_MAX = 20


@strawberry.enum(description="A column of the collection board.")
class Stage(StrEnum):
    TO_CONTACT = "to_contact"
    CONTACTED = "contacted"
    PROMISED = "promised"
    NEGOTIATING = "negotiating"
    LEGAL = "legal"


@strawberry.enum(description="Why a case ended.")
class CloseReason(StrEnum):
    CURED = "cured"
    LOANS_CLOSED = "loans_closed"


@strawberry.type(
    name="Case",
    description="A borrower in arrears: all overdue loans together.",
    directives=[requires(Scope.cases_read)],
)
class CaseNode(Node):
    number: str = strawberry.field(description="Our number, with check digits.")
    stage: Stage = strawberry.field(description="Its column on the board.")
    stage_since: date = strawberry.field(description="Since when it has been there.")
    opened_on: date = strawberry.field(description="When the borrower fell behind.")
    closed_on: date | None = strawberry.field(description="When it ended; null while open.")
    close_reason: CloseReason | None = strawberry.field(description="Why it ended.")
    overdue: Money = strawberry.field(
        description="Past due in the currency of the oldest debt; when closed, as it last was."
    )
    overdue_other: list[Money] = strawberry.field(
        description="Past due in other currencies, one amount each.",
        directives=[Bounded(max=CURRENCIES_MAX)],
    )
    overdue_since: date = strawberry.field(description="The oldest unpaid due date.")
    days_past_due: int = strawberry.field(
        description="From that date to the business date, or to the day the case ended."
    )
    overdue_loan_count: int = strawberry.field(description="How many loans are overdue.")
    last_contact_at: datetime | None = strawberry.field(description="When anybody last spoke.")
    next_action_on: date | None = strawberry.field(description="When to act next.")
    version: int = strawberry.field(
        description="Grows with every change; `expectedVersion` of a mutation."
    )

    row: strawberry.Private[Row]
    batch: strawberry.Private[Batch[Row]]

    @strawberry.field(
        description="The borrower.",
        directives=[requires((Scope.cases_read, Scope.customers_read))],
    )
    async def customer(self, info: Info) -> CustomerNode:
        found = await one_of_each(
            info, self.batch, self.row, to=CUSTOMERS, key_of=its_customer, make=customers
        )
        assert found is not None, "whoever sees a case sees its borrower"
        return found

    @strawberry.field(
        description="Which column it may be moved to just now, and if not, why.",
        directives=[Bounded(max=len(models.Stage))],
    )
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        return [self._may_move_to(info, stage) for stage in models.Stage]

    def _may_move_to(self, info: Info, stage: models.Stage) -> AllowedAction:
        row = self.row
        subject = CaseSubject(
            customer_id=row["customer_id"],
            id=row["id"],
            stage=models.Stage(row["stage"]),
            version=row["version"],
            closed_on=row["closed_on"],
        )
        order = MoveCase(
            customer_id=row["customer_id"],
            case_id=row["id"],
            stage=stage,
            expected_version=row["version"],
        )
        return answer(
            info, move_case, subject, order, name=f"{move_case.name}:{stage.name.upper()}"
        )


@strawberry.input(description="Which stages.")
class StageFilter:
    eq: Stage | None = strawberry.field(default=UNSET, description="In this one.")
    in_: list[Stage] | None = strawberry.field(
        default=UNSET, name="in", description="In one of these."
    )


@strawberry.input(description="Which cases. All fields that are given must hold.")
class CaseFilter:
    customer: IdFilter | None = strawberry.field(default=UNSET, description="Of these borrowers.")
    stage: StageFilter | None = strawberry.field(default=UNSET, description="In these columns.")
    overdue_since: DateFilter | None = strawberry.field(
        default=UNSET, description="Overdue since then."
    )
    AND: list["CaseFilter"] | None = strawberry.field(
        default=UNSET, name="AND", description="All of these hold."
    )
    OR: list["CaseFilter"] | None = strawberry.field(
        default=UNSET, name="OR", description="At least one of these holds."
    )
    NOT: Annotated["CaseFilter", strawberry.lazy("api.collection.case")] | None = strawberry.field(
        default=UNSET, name="NOT", description="This does not hold."
    )


@strawberry.input(one_of=True, description="By what cases are ordered; equal ones by their id.")
class CaseOrder:
    id: Direction | None = strawberry.field(default=UNSET, description="In the order of opening.")
    overdue_since: Direction | None = strawberry.field(
        default=UNSET, description="By age of the debt, as on the board; open cases only."
    )


FILTERABLE = {
    "customer": Filterable("customer", customer_key),
    "stage": Filterable("stage", lambda stage: stage.value),
    "overdue_since": Filterable("overdue_since"),
}


async def cases(info: Info, rows: list[Row]) -> list[CaseNode]:
    today, batch = await info.context.business_date(), Batch(rows)
    return [_case(row, batch, today) for row in rows]


def _case(row: Row, batch: Batch[Row], today: date) -> CaseNode:
    reason = row["close_reason"]
    return CaseNode(
        id=encode(Kind.Case, row["customer_id"], row["id"]),
        number=case_number(row["id"]),
        stage=Stage(row["stage"]),
        stage_since=row["stage_since"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
        close_reason=None if reason is None else CloseReason(reason),
        overdue=money(row["overdue_minor"], row["currency"]),
        overdue_other=_other_amounts(row["overdue_other"]),
        overdue_since=row["overdue_since"],
        days_past_due=days_past_due(row["overdue_since"], row["closed_on"] or today),
        overdue_loan_count=row["overdue_loan_count"],
        last_contact_at=row["last_contact_at"],
        next_action_on=row["next_action_on"],
        version=row["version"],
        row=row,
        batch=batch,
    )


def _other_amounts(stored: str) -> list[Money]:
    amounts = msgspec.json.decode(stored, type=dict[str, int])
    return [money(minor, currency) for currency, minor in sorted(amounts.items())][:CURRENCIES_MAX]
