"""Reads of loans. Each applies the reader's scope and answers with typed rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app import database
from app.actor import Actor
from app.customer.scope import scope_condition
from app.loan.errors import LoanNotFound
from app.loan.event import Event, ScheduledInstalment, decode
from app.loan.file import BookedEvent, LoanFile, LoanSummary, PaymentRow, Security, Valuation
from app.loan.models import EventKind, LoanStatus
from app.loan.replay import InstalmentState
from app.loan.statement import lines_on
from app.number import ID_MAX
from app.permission import Permission

# Of one borrower; a person has a handful, a company may have many.
LOANS_SHOWN_MAX = 50

_FILE = (
    "SELECT loan.id, loan.customer_id, loan.source_number, coalesce(product.code, '') AS"
    " product_code, coalesce(product.name, '') AS product_name, coalesce(product.name_zh, '') AS"
    " product_name_zh, coalesce(nullif(loan.method, ''), product.method, '') AS method,"
    " loan.currency, loan.principal_minor, loan.annual_rate, loan.instalment_count,"
    " loan.disbursed_on, loan.matures_on, loan.status, loan.closed_on, loan.principal_left_minor,"
    " loan.overdue_minor, loan.overdue_since, loan.version, loan.extra,"
    " (SELECT on_date FROM business_day WHERE id = 1) AS business_date"
    " FROM loan JOIN customer ON customer.id = loan.customer_id"
    " LEFT JOIN product ON product.id = loan.product_id"
)


async def loan_file(actor: Actor, customer_id: int, loan_id: int) -> LoanFile:
    actor.require(Permission.LOAN_READ)
    if max(customer_id, loan_id) > ID_MAX:
        raise LoanNotFound
    scope = scope_condition(actor, "customer", 3)
    found = await database.row(
        f"{_FILE} WHERE loan.customer_id = $1 AND loan.id = $2 AND {scope.sql}",
        customer_id, loan_id, *scope.values,
    )  # fmt: skip
    if found is None:
        raise LoanNotFound
    return _file(found)


async def loans_of(actor: Actor, customer_id: int) -> list[LoanSummary]:
    """The worst first, then the running ones, then those of the past."""
    actor.require(Permission.LOAN_READ)
    scope = scope_condition(actor, "customer", 3)
    found = await database.rows(
        f"{_FILE} WHERE loan.customer_id = $1 AND {scope.sql}"
        " ORDER BY loan.overdue_since NULLS LAST, (loan.status = 'active') DESC,"
        " loan.disbursed_on DESC, loan.id LIMIT $2",
        customer_id, LOANS_SHOWN_MAX, *scope.values,
    )  # fmt: skip
    files = [_file(row) for row in found]
    instalments = await _instalments(customer_id, [file.id for file in files])
    return [
        LoanSummary(
            file=file, lines=lines_on(instalments[file.id], file.business_date, file.status)
        )
        for file in files
    ]


async def booked_events(file: LoanFile) -> list[BookedEvent]:
    """In the order they were booked. Whoever has the file may read them."""
    found = await database.rows(
        "SELECT event.sequence, event.kind, event.value_on, event.payload, event.business_date,"
        " event.booked_at, event.audit_id, coalesce(entry.actor, '') AS actor"
        " FROM loan_event AS event LEFT JOIN audit_entry AS entry ON entry.id = event.audit_id"
        " WHERE event.customer_id = $1 AND event.loan_id = $2 ORDER BY event.sequence",
        file.customer_id, file.id,
    )  # fmt: skip
    return [
        BookedEvent(
            event=Event(
                sequence=row["sequence"],
                kind=EventKind(row["kind"]),
                value_on=row["value_on"],
                payload=decode(EventKind(row["kind"]), row["payload"]),
            ),
            business_date=row["business_date"],
            booked_at=row["booked_at"],
            audit_id=row["audit_id"],
            actor=row["actor"],
        )
        for row in found
    ]


async def payments_of(file: LoanFile) -> list[PaymentRow]:
    """The newest first, reversed ones among them."""
    found = await database.rows(
        "SELECT payment.id, event.sequence, payment.amount_minor, payment.principal_minor,"
        " payment.interest_minor, payment.fee_minor, payment.surplus_minor, payment.value_on,"
        " payment.booked_at, payment.channel, payment.reference,"
        " reversal.sequence AS reversal_sequence"
        " FROM payment JOIN loan_event AS event"
        " ON event.customer_id = payment.customer_id AND event.id = payment.event_id"
        " LEFT JOIN loan_event AS reversal ON reversal.customer_id = payment.customer_id"
        " AND reversal.id = payment.reversal_event_id"
        " WHERE payment.customer_id = $1 AND payment.loan_id = $2"
        " ORDER BY payment.value_on DESC, event.sequence DESC",
        file.customer_id, file.id,
    )  # fmt: skip
    return [PaymentRow(**row) for row in found]


async def security_of(file: LoanFile) -> list[Security]:
    items = await database.rows(
        "SELECT id, kind, description, currency, lien_rank, lien_registered_on, lien_reference,"
        " insurer, insured_until, expires_on, released_on FROM security_item"
        " WHERE customer_id = $1 AND loan_id = $2 ORDER BY released_on NULLS FIRST, id",
        file.customer_id, file.id,
    )  # fmt: skip
    if not items:
        return []
    found = await database.rows(
        "SELECT security_item_id, valued_on, value_minor, currency, valuer FROM security_valuation"
        " WHERE customer_id = $1 AND security_item_id = ANY($2::bigint[])"
        " ORDER BY valued_on DESC, id DESC",
        file.customer_id, [item["id"] for item in items],
    )  # fmt: skip
    valuations: defaultdict[int, list[Valuation]] = defaultdict(list)
    for row in found:
        valuations[row.pop("security_item_id")].append(Valuation(**row))
    return [Security(**item, valuations=valuations[item["id"]]) for item in items]


async def counts(file: LoanFile) -> Mapping[str, int]:
    """How much hangs on the loan, for the tabs that are not open."""
    found = await database.row(
        "SELECT (SELECT count(*) FROM payment WHERE customer_id = $1 AND loan_id = $2) AS payment,"
        " (SELECT count(*) FROM security_item WHERE customer_id = $1 AND loan_id = $2) AS security,"
        " (SELECT count(*) FROM related_party WHERE customer_id = $1"
        " AND (loan_id = $2 OR loan_id IS NULL)) AS related",
        file.customer_id, file.id,
    )  # fmt: skip
    assert found is not None
    return found


async def _instalments(
    customer_id: int, loan_ids: Sequence[int]
) -> Mapping[int, list[InstalmentState]]:
    found = await database.rows(
        "SELECT loan_id, number, due_on, principal_minor, interest_minor, fee_minor,"
        " principal_paid_minor, interest_paid_minor, fee_paid_minor, settled_on FROM instalment"
        " WHERE customer_id = $1 AND loan_id = ANY($2::bigint[]) ORDER BY loan_id, number",
        customer_id, list(loan_ids),
    )  # fmt: skip
    grouped: defaultdict[int, list[InstalmentState]] = defaultdict(list)
    for row in found:
        terms = ScheduledInstalment(
            row["number"],
            row["due_on"],
            row["principal_minor"],
            row["interest_minor"],
            row["fee_minor"],
        )
        grouped[row["loan_id"]].append(
            InstalmentState(
                terms,
                row["principal_paid_minor"],
                row["interest_paid_minor"],
                row["fee_paid_minor"],
                row["settled_on"],
            )
        )
    return grouped


def _file(row: Mapping[str, Any]) -> LoanFile:
    known = {**row, "status": LoanStatus(row["status"]), "extra": msgspec.json.decode(row["extra"])}
    return LoanFile(**known)
