"""The rows of one bucket, put together again: a loan and a borrower with all that is theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.operation.book import rows


@dataclass(slots=True)
class LoanBundle:
    key: str
    loans: list[rows.LoanRow] = field(default_factory=list)
    instalments: list[rows.InstalmentRow] = field(default_factory=list)
    payments: list[rows.PaymentRow] = field(default_factory=list)
    events: list[rows.EventRow] = field(default_factory=list)
    parties: list[rows.PartyRow] = field(default_factory=list)
    security: list[rows.SecurityRow] = field(default_factory=list)
    valuations: list[rows.ValuationRow] = field(default_factory=list)
    contacts: list[rows.ContactRow] = field(default_factory=list)
    cases: list[rows.CaseRow] = field(default_factory=list)
    is_faulty: bool = False

    def attached(self) -> list[rows.Row]:
        """All rows that need the loan to be there."""
        return [
            *self.instalments, *self.payments, *self.events, *self.parties, *self.security,
            *self.contacts, *self.cases,
        ]  # fmt: skip


@dataclass(slots=True)
class CustomerBundle:
    key: str
    customers: list[rows.CustomerRow] = field(default_factory=list)
    wanted: list[rows.WantedCustomerRow] = field(default_factory=list)
    parties: list[rows.PartyRow] = field(default_factory=list)
    contacts: list[rows.ContactRow] = field(default_factory=list)
    cases: list[rows.CaseRow] = field(default_factory=list)
    is_faulty: bool = False


def loan_bundles(found: Iterable[rows.Row]) -> dict[str, LoanBundle]:
    bundles: dict[str, LoanBundle] = {}
    valuations: list[rows.ValuationRow] = []
    loan_of: dict[str, str] = {}
    for row in found:
        if isinstance(row, rows.ValuationRow):
            valuations.append(row)
            continue
        key = row.loan_key  # type: ignore[attr-defined]
        bundle = bundles.get(key)
        if bundle is None:
            bundle = bundles[key] = LoanBundle(key)
        match row:
            case rows.InstalmentRow():
                bundle.instalments.append(row)
            case rows.PaymentRow():
                bundle.payments.append(row)
            case rows.LoanRow():
                bundle.loans.append(row)
            case rows.EventRow():
                bundle.events.append(row)
            case rows.PartyRow():
                bundle.parties.append(row)
            case rows.ContactRow():
                bundle.contacts.append(row)
            case rows.CaseRow():
                bundle.cases.append(row)
            case rows.FaultyRow():
                bundle.is_faulty = True
            case rows.SecurityRow():
                bundle.security.append(row)
                loan_of[row.security_key] = key
    for valuation in valuations:
        # Its security item may have been faulty itself.
        if (owner := loan_of.get(valuation.security_key)) is not None:
            bundles[owner].valuations.append(valuation)
    return bundles


def customer_bundles(found: Iterable[rows.Row]) -> dict[str, CustomerBundle]:
    bundles: dict[str, CustomerBundle] = {}
    for row in found:
        key = row.customer_key  # type: ignore[attr-defined]
        bundle = bundles.get(key)
        if bundle is None:
            bundle = bundles[key] = CustomerBundle(key)
        match row:
            case rows.WantedCustomerRow():
                bundle.wanted.append(row)
            case rows.CustomerRow():
                bundle.customers.append(row)
            case rows.PartyRow():
                bundle.parties.append(row)
            case rows.ContactRow():
                bundle.contacts.append(row)
            case rows.CaseRow():
                bundle.cases.append(row)
            case rows.FaultyRow():
                bundle.is_faulty = True
    return bundles
