"""Where every read begins."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from api.call import Info
from api.clear import record_look_up
from api.collection.case import FILTERABLE as CASE_FILTERABLE
from api.collection.case import CaseFilter, CaseNode, CaseOrder, cases
from api.connection import (
    PAGED,
    After,
    Before,
    Connection,
    First,
    Last,
    Make,
    Paging,
    ask,
    connect,
)
from api.customer.customer import CustomerFilter, CustomerNode, CustomerOrder, customers, filterable
from api.directive import Bounded, Cost
from api.filter import condition_of
from api.identifier import Identifier, Kind, decode, decode_as
from api.limit import LIMITS
from api.loan.instalment import instalments
from api.loan.loan import FILTERABLE as LOAN_FILTERABLE
from api.loan.loan import LoanFilter, LoanNode, LoanOrder, loans
from api.loan.payment import FILTERABLE as PAYMENT_FILTERABLE
from api.loan.payment import PaymentFilter, PaymentNode, PaymentOrder, payments
from api.node import Node
from api.relation import nodes_by_key
from api.scope import check_scopes, requires, requires_any, type_needs
from app.collection.listing import CASES
from app.customer.listing import CUSTOMERS
from app.customer.question import Sought
from app.identity.scope import Scope
from app.listing import Listing, Parent
from app.loan.listing import INSTALMENTS, LOANS, PAYMENTS

_SOURCES: dict[Kind, tuple[Listing, Make[Any]]] = {
    Kind.Customer: (CUSTOMERS, customers),
    Kind.Loan: (LOANS, loans),
    Kind.Instalment: (INSTALMENTS, instalments),
    Kind.Payment: (PAYMENTS, payments),
    Kind.Case: (CASES, cases),
}
Id = Annotated[strawberry.ID, strawberry.argument(description="As the API gave it out.")]
_ORDER = "One order; equal rows are ordered by their id, and so is everything if unsaid."


@strawberry.type(description="Where every read begins.")
class Query:
    @strawberry.field(
        description="Anything by its id; null when it is not there or not yours to see.",
        directives=[requires_any()],
    )
    async def node(self, info: Info, id: Id) -> Node | None:
        found: Node | None = (await _nodes(info, [decode(id, argument="id")]))[0]
        return found

    @strawberry.field(
        description="Several at once, in the order asked; null for what is not there.",
        directives=[
            requires_any(),
            Bounded(max=LIMITS.items),
            Cost(weight=1, multipliers=["ids"]),
        ],
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="At most 100, of any types.")
        ],
    ) -> list[Node | None]:
        return await _nodes(info, [decode(id, argument="ids") for id in ids])

    @strawberry.field(description="One loan.", directives=[requires(Scope.loans_read)])
    async def loan(self, info: Info, id: Id) -> LoanNode | None:
        found: LoanNode | None = await _one(info, Kind.Loan, id)
        return found

    @strawberry.field(description="Loans in pages.", directives=[PAGED, requires(Scope.loans_read)])
    async def loans(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            LoanFilter | None, strawberry.argument(description="Which ones; all if unsaid.")
        ] = None,
        order_by: Annotated[list[LoanOrder] | None, strawberry.argument(description=_ORDER)] = None,
    ) -> Connection[LoanNode]:
        paging = Paging.of(first, after, last, before)
        condition = condition_of(where, LOAN_FILTERABLE)
        return await connect(info, ask(LOANS, paging, order_by, condition), loans)

    @strawberry.field(description="One borrower.", directives=[requires(Scope.customers_read)])
    async def customer(self, info: Info, id: Id) -> CustomerNode | None:
        found: CustomerNode | None = await _one(info, Kind.Customer, id)
        return found

    @strawberry.field(
        description="Borrowers in pages.", directives=[PAGED, requires(Scope.customers_read)]
    )
    async def customers(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            CustomerFilter | None, strawberry.argument(description="Which ones; all if unsaid.")
        ] = None,
        order_by: Annotated[
            list[CustomerOrder] | None, strawberry.argument(description=_ORDER)
        ] = None,
    ) -> Connection[CustomerNode]:
        paging = Paging.of(first, after, last, before)
        sought: set[Sought] = set()
        condition = condition_of(where, filterable(info, sought))
        found = await connect(info, ask(CUSTOMERS, paging, order_by, condition), customers)
        if sought:
            ids = [node.row["id"] for node in found.nodes]
            await record_look_up(info.context, min(sought), ids)
        return found

    @strawberry.field(
        description="Collection cases in pages, open and closed.",
        directives=[PAGED, requires(Scope.cases_read)],
    )
    async def cases(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            CaseFilter | None, strawberry.argument(description="Which ones; all if unsaid.")
        ] = None,
        order_by: Annotated[list[CaseOrder] | None, strawberry.argument(description=_ORDER)] = None,
    ) -> Connection[CaseNode]:
        paging = Paging.of(first, after, last, before)
        condition = condition_of(where, CASE_FILTERABLE)
        return await connect(info, ask(CASES, paging, order_by, condition), cases)

    @strawberry.field(
        description="Payments in pages.", directives=[PAGED, requires(Scope.payments_read)]
    )
    async def payments(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            PaymentFilter | None, strawberry.argument(description="Which ones; all if unsaid.")
        ] = None,
        order_by: Annotated[
            list[PaymentOrder] | None, strawberry.argument(description=_ORDER)
        ] = None,
    ) -> Connection[PaymentNode]:
        paging = Paging.of(first, after, last, before)
        condition = condition_of(where, PAYMENT_FILTERABLE)
        return await connect(info, ask(PAYMENTS, paging, order_by, condition), payments)


async def _one(info: Info, kind: Kind, id: str) -> Any:
    identifier = decode_as(kind, id, argument="id")
    listing, make = _SOURCES[kind]
    key = Parent(identifier.customer_id, identifier.id)
    return (await nodes_by_key(info, listing, [key], make)).get(key)


async def _nodes(info: Info, identifiers: Sequence[Identifier]) -> list[Any]:
    """One statement for each kind. The document names an interface only, so that which scopes the
    types behind it need is checked here: an id is no way around them."""
    kinds = dict.fromkeys(identifier.kind for identifier in identifiers)
    schema = info.schema._schema
    needs = [need for kind in kinds for need in type_needs(schema, kind.name)]
    check_scopes(needs, info.context.actor)
    found: dict[Identifier, Any] = {}
    for kind in kinds:
        listing, make = _SOURCES[kind]
        keys = [Parent(one.customer_id, one.id) for one in set(identifiers) if one.kind is kind]
        nodes = await nodes_by_key(info, listing, keys, make)
        found |= {Identifier(kind, *key): node for key, node in nodes.items()}
    return [found.get(identifier) for identifier in identifiers]
