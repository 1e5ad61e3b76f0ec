"""The rows of a book in neutral form: typed, with the place they came from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

Extra = dict[str, Any]


class Row(msgspec.Struct, array_like=True, gc=False, kw_only=False):
    # The file by its position in the book's list, the line as an editor counts it.
    file: int
    line: int


class CustomerRow(Row, tag="customers"):
    customer_key: str
    name: str | None
    kind: str
    language: str | None
    phone: str | None
    email: str | None
    id_number: str | None
    address: str | None
    branch: str | None
    team: str | None
    extra: Extra


class LoanRow(Row, tag="loans"):
    loan_key: str
    customer_key: str | None
    product: str | None
    currency: str | None
    principal_minor: int
    # Percent a year.
    annual_rate: Decimal | None
    method: str | None
    frequency: str
    instalment_count: int | None
    # What falls due each time, as the lender has rounded it.
    instalment_minor: int | None
    disbursed_on: date | None
    first_due_on: date | None
    matures_on: date | None
    closed_on: date | None
    closed_reason: str | None
    extra: Extra


class InstalmentRow(Row, tag="instalments"):
    loan_key: str
    number: int | None
    due_on: date
    principal_minor: int | None
    interest_minor: int | None
    fee_minor: int | None
    amount_minor: int | None
    currency: str | None


class PaymentRow(Row, tag="payments"):
    loan_key: str
    paid_on: date
    amount_minor: int
    # The part that pays what stands beside the schedule: late fees, penalty interest, costs.
    other_minor: int | None
    payment_key: str | None
    channel: str | None
    reversed_on: date | None
    # This row is no payment: it takes that one back.
    reverses: str | None
    currency: str | None
    extra: Extra


class EventRow(Row, tag="events"):
    loan_key: str
    happened_on: date
    kind: str
    reason: str | None
    months: int | None
    until: date | None


class PartyRow(Row, tag="related_parties"):
    role: str
    name: str
    loan_key: str | None
    customer_key: str | None
    party_key: str | None
    relation: str | None
    phone: str | None
    id_number: str | None
    address: str | None
    extra: Extra


class SecurityRow(Row, tag="security"):
    security_key: str
    loan_key: str
    kind: str
    description: str | None
    currency: str | None
    lien_rank: int | None
    lien_registered_on: date | None
    lien_reference: str | None
    insurer: str | None
    insured_until: date | None
    expires_on: date | None
    released_on: date | None
    extra: Extra


class ValuationRow(Row, tag="security_valuations"):
    security_key: str
    valued_on: date
    value_minor: int
    currency: str | None
    valuer: str | None


class ContactRow(Row, tag="contacts"):
    contacted_at: datetime
    channel: str
    customer_key: str | None
    loan_key: str | None
    contact_key: str | None
    direction: str
    outcome: str | None
    agent: str | None
    note: str | None


class CaseRow(Row, tag="cases"):
    customer_key: str | None
    loan_key: str | None
    stage: str
    stage_since: date | None
    opened_on: date | None
    assignee: str | None
    next_action_on: date | None


class WantedCustomerRow(Row, tag="wanted"):
    """A loan names this borrower. A stub: no file describes him."""

    customer_key: str
    is_stub: bool
    # Where the loan itself lies, see `write.write_customers`.
    loan_bucket: int


class FaultyRow(Row, tag="faulty"):
    """A row that cannot be read, but whose loan or borrower is known: what hangs on it is not
    judged, or one fault would make hundreds."""

    loan_key: str | None
    customer_key: str | None


AnyRow = (
    CustomerRow
    | LoanRow
    | InstalmentRow
    | PaymentRow
    | EventRow
    | PartyRow
    | SecurityRow
    | ValuationRow
    | ContactRow
    | WantedCustomerRow
    | FaultyRow
    | CaseRow
)
