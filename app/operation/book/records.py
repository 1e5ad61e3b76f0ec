"""What a draft becomes in the tables, as records for COPY: the same rows as the verbs write."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from app.customer.models import PartyRole
from app.loan.event import Event, PaymentReceived, PaymentReversed
from app.loan.replay import Allocation, replay
from app.loan.standing import StandingLine
from app.operation.book import rows
from app.operation.book.draft import BookedLoan
from app.personal import Sealed, seal

Record = tuple[Any, ...]

COLUMNS: dict[str, tuple[str, ...]] = {
    "customer": (
        "id", "kind", "branch_id", "team_id", "name", "phone", "email", "id_number", "address",
        "language", "extra", "version", "created_at",
    ),
    "customer_key": ("kind", "digest", "customer_id"),
    "loan": (
        "id", "customer_id", "product_id", "source_number", "currency", "principal_minor",
        "annual_rate", "method", "instalment_count", "disbursed_on", "matures_on", "status",
        "closed_on", "principal_left_minor", "interest_left_minor", "overdue_minor",
        "overdue_since", "bucket", "next_due_on", "next_change_on", "event_count", "extra",
        "version",
    ),
    "loan_directory": ("loan_id", "customer_id", "source_number"),
    "loan_event": (
        "id", "customer_id", "loan_id", "sequence", "kind", "value_on", "business_date",
        "booked_at", "payload", "audit_id",
    ),
    "instalment": (
        "customer_id", "loan_id", "number", "due_on", "principal_minor", "interest_minor",
        "fee_minor", "principal_paid_minor", "interest_paid_minor", "fee_paid_minor", "settled_on",
    ),
    "payment": (
        "customer_id", "loan_id", "event_id", "reversal_event_id", "amount_minor",
        "principal_minor", "interest_minor", "fee_minor", "surplus_minor", "value_on", "booked_at",
        "channel", "reference",
    ),
    "loan_standing": (
        "customer_id", "loan_id", "from_on", "to_on", "bucket", "overdue_since", "overdue_minor",
        "principal_left_minor",
    ),
    "related_party": (
        "id", "customer_id", "loan_id", "role", "relation", "name", "phone", "id_number",
        "address", "source_key", "extra",
    ),
    "security_item": (
        "id", "customer_id", "loan_id", "kind", "description", "currency", "lien_rank",
        "lien_registered_on", "lien_reference", "insurer", "insured_until", "expires_on",
        "released_on", "source_key", "extra",
    ),
    "security_valuation": (
        "customer_id", "security_item_id", "valued_on", "value_minor", "currency", "valuer",
    ),
    "contact_record": (
        "id", "customer_id", "loan_id", "at", "channel", "direction", "outcome", "agent", "note",
        "source_key",
    ),
}  # fmt: skip
# Parents before children.
TABLES_IN_ORDER = tuple(COLUMNS)


@dataclass(slots=True)
class Records:
    of: dict[str, list[Record]] = field(
        default_factory=lambda: {table: [] for table in TABLES_IN_ORDER}
    )

    def __len__(self) -> int:
        return sum(len(records) for records in self.of.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """When and by which audit entry a batch is booked."""

    business_date: date
    at: datetime
    audit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """To whom a record belongs."""

    customer_id: int
    loan_id: int | None = None


def add_loan(
    records: Records,
    loan: BookedLoan,
    owned: Owned,
    *,
    product_id: int | None,
    booking: Booking,
    event_ids: Sequence[int],
) -> None:
    assert owned.loan_id is not None
    line, draft = StandingLine(loan.state), loan.draft
    of, owner = records.of, (owned.customer_id, owned.loan_id)
    of["loan"].append(_loan(loan, owned, line, product_id, booking.business_date))
    of["loan_directory"].append((owned.loan_id, owned.customer_id, draft.row.loan_key))
    of["instalment"].extend(_instalments(loan, owner))
    add_events(of, loan.events, owner, booking, event_ids)
    of["payment"].extend(_payments(loan, owner, booking, event_ids))
    of["loan_standing"].extend(
        (
            *owner, interval.from_on, interval.to_on, interval.standing.bucket,
            interval.standing.overdue_since, interval.standing.overdue_minor,
            interval.standing.principal_left_minor,
        )
        for interval in line.intervals(draft.plan.disbursed_on, booking.business_date)
    )  # fmt: skip


def add_events(
    of: dict[str, list[Record]],
    events: Iterable[Event],
    owner: tuple[int, int],
    booking: Booking,
    event_ids: Sequence[int],
) -> None:
    of["loan_event"].extend(
        (
            id, *owner, event.sequence, event.kind.value, event.value_on, booking.business_date,
            booking.at, msgspec.json.encode(event.payload).decode(), booking.audit_id,
        )
        for id, event in zip(event_ids, events, strict=True)
    )  # fmt: skip


def _loan(
    loan: BookedLoan, owned: Owned, line: StandingLine, product_id: int | None, on: date
) -> Record:
    draft, state = loan.draft, loan.state
    row, plan = draft.row, draft.plan
    standing = line.on(on)
    rate = None if row.annual_rate is None else row.annual_rate / Decimal(100)
    return (
        owned.loan_id, owned.customer_id, product_id, row.loan_key, draft.currency,
        row.principal_minor, rate, row.method or "", len(plan.schedule), plan.disbursed_on,
        plan.matures_on, state.status.value, state.closed_on, state.principal_left_minor,
        state.interest_left_minor, standing.overdue_minor, standing.overdue_since,
        standing.bucket, line.next_due_on(on), line.next_change(on), len(loan.events),
        json_of(_loan_extra(row, len(plan.schedule))), 1,
    )  # fmt: skip


def _loan_extra(row: rows.LoanRow, instalments: int) -> rows.Extra:
    """A book may give only a part of the schedule: what the contract says is kept beside it."""
    if row.instalment_count is None or row.instalment_count == instalments:
        return row.extra
    return {"contract_instalments": row.instalment_count, **row.extra}


def _instalments(loan: BookedLoan, owner: tuple[int, int]) -> list[Record]:
    """Most of all rows of a book: the plainest way."""
    customer_id, loan_id = owner
    return [
        (
            customer_id, loan_id, terms.number, terms.due_on, terms.principal_minor,
            terms.interest_minor, terms.fee_minor, state.principal_paid_minor,
            state.interest_paid_minor, state.fee_paid_minor, state.settled_on,
        )
        for state in loan.state.instalments
        for terms in (state.terms,)
    ]  # fmt: skip


def _payments(
    loan: BookedLoan, owner: tuple[int, int], booking: Booking, event_ids: Sequence[int]
) -> Iterator[Record]:
    parts = {allocation.sequence: allocation for allocation in loan.state.allocations}
    reversal_of = _reversals(loan.events)
    for event in loan.events:
        payload = event.payload
        if not isinstance(payload, PaymentReceived):
            continue
        reversal = reversal_of.get(event.sequence)
        part = parts.get(event.sequence) or _before_reversal(loan.events, event, reversal)
        yield (
            *owner, event_ids[event.sequence - 1], reversal and event_ids[reversal - 1],
            payload.amount_minor, part.principal_minor, part.interest_minor,
            part.fee_minor + part.other_minor,
            part.surplus_minor, event.value_on, booking.at, payload.channel, payload.reference,
        )  # fmt: skip


def _reversals(events: Sequence[Event]) -> dict[int, int]:
    return {
        event.payload.payment_sequence: event.sequence
        for event in events
        if isinstance(event.payload, PaymentReversed)
    }


def _before_reversal(events: Sequence[Event], event: Event, reversal: int | None) -> Allocation:
    """A payment taken back keeps the parts that it had last."""
    assert reversal is not None, "a payment that counts has parts"
    earlier = replay(other for other in events if other.sequence < reversal)
    return next(a for a in earlier.allocations if a.sequence == event.sequence)


def add_customer(
    records: Records,
    row: rows.CustomerRow,
    owned: Owned,
    *,
    place: tuple[int | None, int | None],
    at: datetime,
) -> None:
    id = owned.customer_id
    sealed = (sealed_in("customer", id, name, getattr(row, name)) for name in _PERSONAL)
    language = row.language or "zh"
    records.of["customer"].append(
        (id, row.kind, *place, *sealed, language, json_of(row.extra), 1, at)
    )


def add_party(records: Records, id: int, row: rows.PartyRow, owned: Owned) -> None:
    role = PartyRole(row.role).value
    sealed = (
        sealed_in("related_party", id, name, getattr(row, name))
        for name in ("name", "phone", "id_number", "address")
    )
    records.of["related_party"].append(
        (
            id, owned.customer_id, owned.loan_id, role, (row.relation or "")[:60], *sealed,
            row.party_key or "", json_of(row.extra),
        )
    )  # fmt: skip


def add_contact(records: Records, id: int, row: rows.ContactRow, owned: Owned) -> None:
    note = sealed_in("contact_record", id, "note", row.note)
    records.of["contact_record"].append(
        (
            id, owned.customer_id, owned.loan_id, row.contacted_at, row.channel, row.direction,
            (row.outcome or "")[:40], (row.agent or "")[:120], note, row.contact_key or "",
        )
    )  # fmt: skip


def add_security(
    records: Records, id: int, row: rows.SecurityRow, owned: Owned, currency: str
) -> None:
    records.of["security_item"].append(
        (
            id, owned.customer_id, owned.loan_id, row.kind[:40], (row.description or "")[:300],
            row.currency or currency, row.lien_rank, row.lien_registered_on,
            (row.lien_reference or "")[:120], (row.insurer or "")[:120], row.insured_until,
            row.expires_on, row.released_on, row.security_key, json_of(row.extra),
        )
    )  # fmt: skip


def add_valuation(
    records: Records, row: rows.ValuationRow, owned: Owned, item_id: int, currency: str
) -> None:
    records.of["security_valuation"].append(
        (
            owned.customer_id, item_id, row.valued_on, row.value_minor, row.currency or currency,
            (row.valuer or "")[:120],
        )
    )  # fmt: skip


def sealed_in(table: str, id: int, column: str, text: str | None) -> Sealed | None:
    return None if text is None else seal(text, table, column, id)


def json_of(extra: rows.Extra) -> str:
    return msgspec.json.encode(extra).decode() if extra else "{}"


_PERSONAL = ("name", "phone", "email", "id_number", "address")
