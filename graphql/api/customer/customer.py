from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.types.unset import UNSET

from api.batch import Batch
from api.call import Info
from api.clear import as_seen
from api.code import Code
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
from api.filter import Filterable, TextFilter
from api.identifier import Kind, encode
from api.node import Node
from api.refusal import Refused
from api.relation import page_of_each
from api.scope import requires
from app.collection.listing import CASES
from app.customer.masking import PersonalColumn
from app.customer.models import KeyKind
from app.customer.question import Sought
from app.customer.search_key import Term, digests, id_number_terms, phone_terms
from app.identity.scope import Scope
from app.loan.listing import LOANS
from app.number import customer_number
from app.personal import Sealed

if TYPE_CHECKING:
    from api.collection.case import CaseNode
    from api.loan.loan import LoanNode

_MASKED = "Masked unless the token has personal:read; shown whole it is noted in the audit log."


@strawberry.enum(description="Whether a borrower is a person or a company.")
class CustomerKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


@strawberry.type(
    name="Customer",
    description="A borrower.",
    directives=[requires(Scope.customers_read)],
)
class CustomerNode(Node):
    number: str = strawberry.field(description="Our number, with check digits.")
    kind: CustomerKind = strawberry.field(description="A person or a company.")
    language: str = strawberry.field(description="The language we write to the borrower in.")
    created_at: datetime = strawberry.field(description="Since when we know the borrower.")
    version: int = strawberry.field(description="Grows with every change.")

    row: strawberry.Private[Row]
    batch: strawberry.Private[Batch[Row]]

    @strawberry.field(description=f"The full name. {_MASKED}")
    def name(self, info: Info) -> str | None:
        return self._personal(info, PersonalColumn.name)

    @strawberry.field(description=f"The telephone number. {_MASKED}")
    def phone(self, info: Info) -> str | None:
        return self._personal(info, PersonalColumn.phone)

    @strawberry.field(description=f"The e-mail address. {_MASKED}")
    def email(self, info: Info) -> str | None:
        return self._personal(info, PersonalColumn.email)

    @strawberry.field(description=f"The number of the identity document. {_MASKED}")
    def id_number(self, info: Info) -> str | None:
        return self._personal(info, PersonalColumn.id_number)

    @strawberry.field(
        description="The postal address; that it was read is noted in the audit log.",
        directives=[requires((Scope.customers_read, Scope.personal_read))],
    )
    def address(self, info: Info) -> str | None:
        return self._personal(info, PersonalColumn.address)

    @strawberry.field(
        description="The borrower's loans.",
        directives=[PAGED, requires((Scope.customers_read, Scope.loans_read))],
    )
    async def loans(
        self, info: Info, *, first: First = None, after: After = None, last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated["LoanNode", strawberry.lazy("api.loan.loan")]]:  # fmt: skip
        from api.loan.loan import loans

        asked = ask(LOANS, Paging.of(first, after, last, before))
        return await page_of_each(
            info, self.batch, self.row, asked, column="customer_id", make=loans
        )

    @strawberry.field(
        description="The borrower's collection cases, open and closed.",
        directives=[PAGED, requires((Scope.customers_read, Scope.cases_read))],
    )
    async def cases(
        self, info: Info, *, first: First = None, after: After = None, last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated["CaseNode", strawberry.lazy("api.collection.case")]]:  # fmt: skip
        from api.collection.case import cases

        asked = ask(CASES, Paging.of(first, after, last, before))
        return await page_of_each(
            info, self.batch, self.row, asked, column="customer_id", make=cases
        )

    def _personal(self, info: Info, column: PersonalColumn) -> str | None:
        sealed, id = self.row[column.value], self.row["id"]
        if sealed is None:
            return None
        text = Sealed(sealed).open("customer", column.value, id)
        return as_seen(info.context, id, column, text)


@strawberry.input(description="Which borrowers. All fields that are given must hold.")
class CustomerFilter:
    source: TextFilter | None = strawberry.field(
        default=UNSET, description="With these keys of the source system."
    )
    phone: TextFilter | None = strawberry.field(
        default=UNSET, description="With these telephone numbers, whole. Needs personal:read."
    )
    id_number: TextFilter | None = strawberry.field(
        default=UNSET, description="With these identity numbers, whole. Needs personal:read."
    )
    AND: list["CustomerFilter"] | None = strawberry.field(
        default=UNSET, name="AND", description="All of these hold."
    )
    OR: list["CustomerFilter"] | None = strawberry.field(
        default=UNSET, name="OR", description="At least one of these holds."
    )
    NOT: Annotated["CustomerFilter", strawberry.lazy("api.customer.customer")] | None = (
        strawberry.field(default=UNSET, name="NOT", description="This does not hold.")
    )


@strawberry.input(one_of=True, description="By what borrowers are ordered.")
class CustomerOrder:
    id: Direction | None = strawberry.field(default=UNSET, description="In the order of entry.")


def filterable(info: Info, sought: set[Sought]) -> dict[str, Filterable]:
    """Whom a telephone number belongs to is itself personal data: `sought` gets to know that it
    was asked."""

    def personal(terms: Callable[[str], list[Term]], kind: KeyKind) -> Callable[[str], bytes]:
        def convert(text: str) -> bytes:
            if not info.context.may_reveal():
                raise Refused(
                    Code.INSUFFICIENT_SCOPE,
                    f"The token lacks: {Scope.personal_read}.",
                    missingScopes=[Scope.personal_read.value],
                )
            sought.add(Sought(kind.value))
            return _digest(terms(text), kind)

        return convert

    return {
        "source": Filterable(
            "source", lambda text: _digest([(KeyKind.source, text)], KeyKind.source)
        ),
        "phone": Filterable("phone", personal(phone_terms, KeyKind.phone)),
        "id_number": Filterable("id_number", personal(id_number_terms, KeyKind.id_number)),
    }


def _digest(terms: list[Term], kind: KeyKind) -> bytes:
    """What cannot be such a key is found nowhere."""
    return next((digest for found, digest in digests(terms) if found is kind), b"")


async def customers(info: Info, rows: list[Row]) -> list[CustomerNode]:
    batch = Batch([row | {"customer_id": row["id"]} for row in rows])
    return [
        CustomerNode(
            id=encode(Kind.Customer, row["id"], row["id"]),
            number=customer_number(row["id"]),
            kind=CustomerKind(row["kind"]),
            language=row["language"],
            created_at=row["created_at"],
            version=row["version"],
            row=row,
            batch=batch,
        )
        for row in batch.rows
    ]
