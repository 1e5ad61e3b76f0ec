"""The strongest truth: replayed from its events, a loan is what the tables say of it.

Loans are read a few hundred at a time, so a large book costs time and no memory; by default only
a fixed part of it is replayed, and the answer says how large a part."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from app.i18n import N_
from app.loan.event import Event, decode
from app.loan.models import EventKind
from app.loan.replay import LoanState, replay
from app.loan.standing import StandingLine
from app.operation.check.truth import EXAMPLES_MAX, Found

LOANS_AT_ONCE = 400
SAMPLE_LOANS = 20_000

_LOANS = """
SELECT loan.id, loan.customer_id, loan.disbursed_on, loan.status, loan.closed_on,
  loan.principal_left_minor, loan.interest_left_minor, loan.overdue_since, loan.overdue_minor,
  loan.bucket, loan.next_due_on, loan.next_change_on,
  coalesce((SELECT max(day_close.to_date) FROM day_close JOIN day_close_shard
      ON day_close_shard.to_date = day_close.to_date
     AND day_close_shard.shard = loan.customer_id % 64 % day_close.shard_count
    WHERE day_close.state = 'running'),
    (SELECT on_date FROM business_day WHERE id = 1)) AS on_date
FROM loan WHERE loan.id % $1 = 0 ORDER BY loan.id
"""
_EVENTS = """
SELECT loan_id, sequence, kind, value_on, payload::text AS payload FROM loan_event
WHERE customer_id = ANY($1::bigint[]) AND loan_id = ANY($2::bigint[]) ORDER BY sequence
"""
_INSTALMENTS = """
SELECT loan_id, number, due_on, principal_minor, interest_minor, fee_minor,
  principal_paid_minor, interest_paid_minor, fee_paid_minor, settled_on FROM instalment
WHERE customer_id = ANY($1::bigint[]) AND loan_id = ANY($2::bigint[]) ORDER BY number
"""
_PAYMENTS = """
SELECT payment.loan_id, loan_event.sequence, payment.value_on, payment.amount_minor,
  payment.fee_minor, payment.interest_minor, payment.principal_minor, payment.surplus_minor
FROM payment JOIN loan_event ON loan_event.customer_id = payment.customer_id
  AND loan_event.id = payment.event_id
WHERE payment.customer_id = ANY($1::bigint[]) AND payment.loan_id = ANY($2::bigint[])
  AND payment.reversal_event_id IS NULL ORDER BY loan_event.sequence
"""
_INTERVALS = """
SELECT loan_id, from_on, to_on, bucket, overdue_since, overdue_minor, principal_left_minor
FROM loan_standing
WHERE customer_id = ANY($1::bigint[]) AND loan_id = ANY($2::bigint[]) ORDER BY from_on
"""

Rows = Mapping[int, Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class ReplayTruth:
    """`whole` replays every loan, however many there are."""

    whole: bool = False
    name: str = "replay"
    text: str = N_("Replayed from its events, each loan is what the tables say of it.")

    async def look(self, connection: asyncpg.Connection) -> Found:
        total = await connection.fetchval("SELECT count(*) FROM loan")
        step = 1 if self.whole else max(1, total // SAMPLE_LOANS)
        looked_at, offenders = 0, list[int]()
        async for loans in _in_batches(connection, step):
            looked_at += len(loans)
            offenders += [id for id in await _differing(connection, loans)]
        return Found(
            offenders=len(offenders),
            looked_at=looked_at,
            examples=tuple(offenders[:EXAMPLES_MAX]),
            out_of=None if step == 1 else total,
        )


async def _in_batches(
    connection: asyncpg.Connection, step: int
) -> AsyncIterator[list[asyncpg.Record]]:
    cursor = await connection.cursor(_LOANS, step)
    while batch := await cursor.fetch(LOANS_AT_ONCE):
        yield batch


async def _differing(connection: asyncpg.Connection, loans: Sequence[asyncpg.Record]) -> list[int]:
    keys = [loan["customer_id"] for loan in loans], [loan["id"] for loan in loans]
    tables = [
        _by_loan(await connection.fetch(sql, *keys))
        for sql in (_EVENTS, _INSTALMENTS, _PAYMENTS, _INTERVALS)
    ]
    return [loan["id"] for loan in loans if _differs(loan, *(t[loan["id"]] for t in tables))]


def _by_loan(found: Sequence[asyncpg.Record]) -> Rows:
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in found:
        loan_id, *rest = row.values()
        grouped[loan_id].append(tuple(rest))
    return grouped


def _differs(
    loan: asyncpg.Record,
    events: Sequence[tuple[Any, ...]],
    instalments: Sequence[tuple[Any, ...]],
    payments: Sequence[tuple[Any, ...]],
    intervals: Sequence[tuple[Any, ...]],
) -> bool:
    try:
        state = replay(_event(*event) for event in events)
    except (StopIteration, ValueError):
        # No opening, or a payload that is none: nothing can be said for this loan.
        return True
    line, on = StandingLine(state), loan["on_date"]
    stored_and_drawn: tuple[tuple[Any, Callable[[], Any]], ...] = (
        (list(instalments), lambda: _instalments(state)),
        (list(payments), lambda: _payments(state)),
        (tuple(loan.values())[3:12], lambda: _loan(state, line, on)),
        (list(intervals), lambda: _intervals(line, loan["disbursed_on"], on)),
    )
    return any(stored != drawn() for stored, drawn in stored_and_drawn)


def _event(sequence: int, kind: str, value_on: date, payload: str) -> Event:
    return Event(
        sequence=sequence,
        kind=EventKind(kind),
        value_on=value_on,
        payload=decode(EventKind(kind), payload),
    )


def _instalments(state: LoanState) -> list[tuple[Any, ...]]:
    return [
        (
            i.terms.number,
            i.terms.due_on,
            i.terms.principal_minor,
            i.terms.interest_minor,
            i.terms.fee_minor,
            i.principal_paid_minor,
            i.interest_paid_minor,
            i.fee_paid_minor,
            i.settled_on,
        )
        for i in sorted(state.instalments, key=lambda i: i.terms.number)
    ]


def _payments(state: LoanState) -> list[tuple[Any, ...]]:
    return [
        (
            a.sequence,
            a.value_on,
            a.amount_minor,
            a.fee_minor,
            a.interest_minor,
            a.principal_minor,
            a.surplus_minor,
        )
        for a in sorted(state.allocations, key=lambda a: a.sequence)
    ]


def _loan(state: LoanState, line: StandingLine, on: date) -> tuple[Any, ...]:
    standing = line.on(on)
    return (
        state.status,
        state.closed_on,
        state.principal_left_minor,
        state.interest_left_minor,
        standing.overdue_since,
        standing.overdue_minor,
        standing.bucket,
        line.next_due_on(on),
        line.next_change(on),
    )


def _intervals(line: StandingLine, from_on: date, on: date) -> list[tuple[Any, ...]]:
    return [
        (
            i.from_on,
            i.to_on,
            i.standing.bucket,
            i.standing.overdue_since,
            i.standing.overdue_minor,
            i.standing.principal_left_minor,
        )
        for i in line.intervals(from_on, on)
    ]
