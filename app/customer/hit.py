"""A borrower as a search shows him: who, by which loans, and how he stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from app import database
from app.actor import Actor
from app.customer.masking import PersonalColumn, shown
from app.customer.models import CustomerKind
from app.customer.scope import scope_condition
from app.loan.bucket import days_past_due
from app.loan.models import LoanStatus
from app.number import customer_number, loan_number
from app.personal import Sealed

# Of a borrower with very many loans the worst ones are read.
LOANS_READ_MAX = 2000
_SEALED = (PersonalColumn.name, PersonalColumn.phone, PersonalColumn.id_number)


class Target(NamedTuple):
    """Where a number leads: to the borrower, and there to a loan or a payment."""

    customer_id: int
    loan_id: int | None = None
    payment_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitLoan:
    id: int
    source_number: str
    currency: str
    status: LoanStatus
    principal_left_minor: int
    overdue_minor: int
    overdue_since: date | None

    @property
    def number(self) -> str:
        return loan_number(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastContact:
    at: datetime
    channel: str
    direction: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    target: Target
    kind: CustomerKind
    # As the reader may see them; None where the book has none.
    name: str | None
    phone: str | None
    id_number: str | None
    # The worst first.
    loans: Sequence[HitLoan]
    last_contact: LastContact | None
    business_date: date

    @property
    def customer_id(self) -> int:
        return self.target.customer_id

    @property
    def number(self) -> str:
        return customer_number(self.customer_id)

    @property
    def title(self) -> str:
        return self.name or self.number

    @property
    def overdue_since(self) -> date | None:
        return self.loans[0].overdue_since if self.loans else None

    @property
    def days_late(self) -> int:
        return days_past_due(self.overdue_since, self.business_date)

    @property
    def currency(self) -> str:
        """Of the worst loan; sums are of this one, amounts of two are never added."""
        return self.loans[0].currency if self.loans else ""

    @property
    def overdue_minor(self) -> int:
        return sum(loan.overdue_minor for loan in self._same_currency())

    @property
    def principal_left_minor(self) -> int:
        return sum(loan.principal_left_minor for loan in self._same_currency())

    @property
    def has_other_currency(self) -> bool:
        return len(self._same_currency()) < len(self.loans)

    @property
    def loan(self) -> HitLoan | None:
        """The one that was asked for, else the worst."""
        wanted = (loan for loan in self.loans if loan.id == self.target.loan_id)
        return next(wanted, self.loans[0] if self.loans else None)

    @property
    def path(self) -> str:
        """Where Enter leads."""
        path = f"/customer/{self.customer_id}"
        if self.target.loan_id is not None:
            path += f"/loan/{self.target.loan_id}"
        if self.target.payment_id is not None:
            path += f"?tab=payment#payment-{self.target.payment_id}"
        return path

    def _same_currency(self) -> list[HitLoan]:
        return [loan for loan in self.loans if loan.currency == self.currency]


async def hits(actor: Actor, targets: Sequence[Target]) -> list[Hit]:
    """In the order of the targets; those outside the actor's rows are left out."""
    if not targets:
        return []
    scope = scope_condition(actor, "customer", 2)
    found = await database.rows(
        "SELECT id, kind, name, phone, id_number,"
        " (SELECT on_date FROM business_day WHERE id = 1) AS business_date"
        f" FROM customer WHERE id = ANY($1::bigint[]) AND {scope.sql}",
        [target.customer_id for target in targets], *scope.values,
    )  # fmt: skip
    customers = {row["id"]: row for row in found}
    loans, contacts = await _loans(list(customers)), await _last_contacts(list(customers))
    return [
        Hit(
            target=target,
            kind=CustomerKind(customer["kind"]),
            loans=loans[target.customer_id],
            last_contact=contacts.get(target.customer_id),
            business_date=customer["business_date"],
            **{column.value: _shown(actor, column, customer) for column in _SEALED},
        )
        for target in targets
        if (customer := customers.get(target.customer_id)) is not None
    ]


async def _loans(customer_ids: list[int]) -> Mapping[int, list[HitLoan]]:
    found = await database.rows(
        "SELECT customer_id, id, source_number, currency, status, principal_left_minor,"
        " overdue_minor, overdue_since FROM loan WHERE customer_id = ANY($1::bigint[])"
        " ORDER BY overdue_since NULLS LAST, (status = 'active') DESC, id LIMIT $2",
        customer_ids, LOANS_READ_MAX,
    )  # fmt: skip
    grouped: defaultdict[int, list[HitLoan]] = defaultdict(list)
    for row in found:
        grouped[row.pop("customer_id")].append(
            HitLoan(**{**row, "status": LoanStatus(row["status"])})
        )
    return grouped


async def _last_contacts(customer_ids: list[int]) -> dict[int, LastContact]:
    found = await database.rows(
        "SELECT DISTINCT ON (customer_id) customer_id, at, channel, direction, outcome"
        " FROM contact_record WHERE customer_id = ANY($1::bigint[])"
        " ORDER BY customer_id, at DESC",
        customer_ids,
    )
    return {row.pop("customer_id"): LastContact(**row) for row in found}


def _shown(actor: Actor, column: PersonalColumn, customer: Mapping[str, Any]) -> str | None:
    sealed = customer[column.value]
    if not sealed:
        return None
    return shown(actor, column, Sealed(sealed).open("customer", column.value, customer["id"]))
