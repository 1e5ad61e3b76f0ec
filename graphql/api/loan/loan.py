from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry.types.unset import UNSET

from api.action import ACTIONS_MAX, AllowedAction, answer
from api.batch import Batch
from api.call import Info
from api.connection import (
    PAGED,
    After,
    Before,
    Connection,
    Direction,
    First,
    Last,
    Paging,
    Row,
    ask,
)
from api.customer.customer import CustomerNode, customers
from api.directive import Bounded
from api.filter import DateFilter, Filterable, IdFilter, IntFilter, TextFilter, customer_key
from api.identifier import Kind, encode
from api.loan.instalment import InstalmentNode, instalments
from api.loan.payment import PaymentNode, payments
from api.loan.subject import loan_subject
from api.money import Money, money
from api.node import Node
from api.relation import its_customer, one_of_each, page_of_each
from api.scalar import CurrencyCode
from api.scope import requires
from app.customer.listing import CUSTOMERS
from app.identity.scope import Scope
from app.loan.actions import post_payment
from app.loan.bucket import days_past_due
from app.loan.listing import INSTALMENTS, PAYMENTS
from app.loan.order import PostPayment
from app.number import loan_number


@strawberry.enum(description="Where a loan is in its life.")
class LoanStatus(StrEnum):
    ACTIVE = "active"
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"
    TRANSFERRED = "transferred"


@strawberry.type(description="What kind of loan it is.", directives=[requires(Scope.loans_read)])
class Product:
    code: str = strawberry.field(description="The lender's own code.")
    name: str = strawberry.field(description="Its name.")


@strawberry.type(
    name="Loan",
    description="A loan: its terms, and how it stands on the business date.",
    directives=[requires(Scope.loans_read)],
)
class LoanNode(Node):
    number: str = strawberry.field(description="Our number, with check digits.")
    source_number: str = strawberry.field(description="The number in the system it came from.")
    status: LoanStatus = strawberry.field(description="Where it is in its life.")
    product: Product | None = strawberry.field(description="What kind of loan it is.")
    currency: CurrencyCode = strawberry.field(description="Of all its amounts.")
    principal: Money = strawberry.field(description="What was paid out.")
    annual_rate: Decimal | None = strawberry.field(
        description="The yearly rate as a fraction: 0.156 is 15.6 %."
    )
    method: str = strawberry.field(description="How it is repaid, in the lender's own word.")
    instalment_count: int = strawberry.field(description="How many instalments it has.")
    disbursed_on: date = strawberry.field(description="When it was paid out.")
    matures_on: date = strawberry.field(description="When its last instalment is due.")
    closed_on: date | None = strawberry.field(description="When it ended; null while active.")
    principal_left: Money = strawberry.field(description="Principal not yet repaid.")
    interest_left: Money = strawberry.field(description="Scheduled interest not yet paid.")
    overdue: Money = strawberry.field(description="Past due and not paid.")
    overdue_since: date | None = strawberry.field(
        description="The due date of the oldest instalment not fully paid; null when none is late."
    )
    days_past_due: int = strawberry.field(
        description="From that date to the business date; 0 on the due date itself."
    )
    bucket: int = strawberry.field(description="Ageing bucket: 0 for M0 up to 7 for M7.")
    next_due_on: date | None = strawberry.field(description="When the next instalment is due.")
    version: int = strawberry.field(description="Grows with every change.")

    row: strawberry.Private[Row]
    batch: strawberry.Private[Batch[Row]]
    today: strawberry.Private[date]

    @strawberry.field(description="Whose loan it is.")
    async def customer(self, info: Info) -> CustomerNode:
        found = await one_of_each(
            info, self.batch, self.row, to=CUSTOMERS, key_of=its_customer, make=customers
        )
        assert found is not None, "whoever sees a loan sees its borrower"
        return found

    @strawberry.field(description="The schedule, by number.", directives=[PAGED])
    async def instalments(
        self, info: Info, *, first: First = None, after: After = None, last: Last = None,
        before: Before = None,
    ) -> Connection[InstalmentNode]:  # fmt: skip
        paging = Paging.of(first, after, last, before)
        asked = ask(INSTALMENTS, paging)
        return await page_of_each(
            info, self.batch, self.row, asked, column="loan_id", make=instalments
        )

    @strawberry.field(
        description="Money received, oldest booking first.",
        directives=[PAGED, requires((Scope.loans_read, Scope.payments_read))],
    )
    async def payments(
        self, info: Info, *, first: First = None, after: After = None, last: Last = None,
        before: Before = None,
    ) -> Connection[PaymentNode]:  # fmt: skip
        asked = ask(PAYMENTS, Paging.of(first, after, last, before))
        return await page_of_each(
            info, self.batch, self.row, asked, column="loan_id", make=payments
        )

    @strawberry.field(
        description="What can be done with it just now, and if not, why.",
        directives=[Bounded(max=ACTIONS_MAX)],
    )
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        least = PostPayment(
            customer_id=self.row["customer_id"],
            loan_id=self.row["id"],
            amount_minor=1,
            currency=self.row["currency"],
            value_on=self.today,
        )
        subject = loan_subject(self.row, self.row["id"], self.today)
        return [answer(info, post_payment, subject, least)]


@strawberry.input(description="Which loans. All fields that are given must hold.")
class LoanFilter:
    customer: IdFilter | None = strawberry.field(default=UNSET, description="Of these borrowers.")
    source_number: TextFilter | None = strawberry.field(
        default=UNSET, description="With these numbers of the source system."
    )
    bucket: IntFilter | None = strawberry.field(default=UNSET, description="In these buckets.")
    disbursed_on: DateFilter | None = strawberry.field(default=UNSET, description="Paid out then.")
    overdue_since: DateFilter | None = strawberry.field(
        default=UNSET, description="Overdue since then."
    )
    next_due_on: DateFilter | None = strawberry.field(
        default=UNSET, description="Next instalment due then."
    )
    AND: list["LoanFilter"] | None = strawberry.field(
        default=UNSET, name="AND", description="All of these hold."
    )
    OR: list["LoanFilter"] | None = strawberry.field(
        default=UNSET, name="OR", description="At least one of these holds."
    )
    NOT: Annotated["LoanFilter", strawberry.lazy("api.loan.loan")] | None = strawberry.field(
        default=UNSET, name="NOT", description="This does not hold."
    )


@strawberry.input(one_of=True, description="By what loans are ordered; equal ones by their id.")
class LoanOrder:
    id: Direction | None = strawberry.field(default=UNSET, description="In the order of entry.")
    disbursed_on: Direction | None = strawberry.field(default=UNSET, description="By payout.")
    overdue_since: Direction | None = strawberry.field(
        default=UNSET, description="By age of the debt; loans that owe nothing are left out."
    )
    next_due_on: Direction | None = strawberry.field(
        default=UNSET, description="By the next due date; loans without one are left out."
    )


FILTERABLE = {
    "customer": Filterable("customer", customer_key),
    "source_number": Filterable("source_number"),
    "bucket": Filterable("bucket"),
    "disbursed_on": Filterable("disbursed_on"),
    "overdue_since": Filterable("overdue_since"),
    "next_due_on": Filterable("next_due_on"),
}


async def loans(info: Info, rows: list[Row]) -> list[LoanNode]:
    today, batch = await info.context.business_date(), Batch(rows)
    return [_loan(row, batch, today) for row in rows]


def _loan(row: Row, batch: Batch[Row], today: date) -> LoanNode:
    currency = row["currency"]
    code, name = row["product_code"], row["product_name"]
    return LoanNode(
        id=encode(Kind.Loan, row["customer_id"], row["id"]),
        number=loan_number(row["id"]),
        source_number=row["source_number"],
        status=LoanStatus(row["status"]),
        product=Product(code=code, name=name) if code is not None else None,
        currency=CurrencyCode(currency),
        principal=money(row["principal_minor"], currency),
        annual_rate=None if row["annual_rate"] is None else row["annual_rate"].normalize(),
        method=row["method"],
        instalment_count=row["instalment_count"],
        disbursed_on=row["disbursed_on"],
        matures_on=row["matures_on"],
        closed_on=row["closed_on"],
        principal_left=money(row["principal_left_minor"], currency),
        interest_left=money(row["interest_left_minor"], currency),
        overdue=money(row["overdue_minor"], currency),
        overdue_since=row["overdue_since"],
        days_past_due=days_past_due(row["overdue_since"], today),
        bucket=row["bucket"],
        next_due_on=row["next_due_on"],
        version=row["version"],
        row=row,
        batch=batch,
        today=today,
    )
