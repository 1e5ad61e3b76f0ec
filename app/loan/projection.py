"""Redraws what follows from a loan's events: instalments, allocations, standing, intervals.

The replay says how things are; only rows that differ are written. So it serves a payment of
today, one dated years back, a reversal and a repaired loan alike, and running it twice changes
nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import database
from app.loan.event import Event, decode
from app.loan.models import EventKind
from app.loan.order import LoanStands
from app.loan.replay import Allocation, LoanState, replay
from app.loan.standing import Interval, StandingLine
from app.loan.subject import LoanSubject
from app.operation.close.shard import standing_date


@dataclass(frozen=True, slots=True)
class Projected:
    state: LoanState
    stands: LoanStands

    def allocation_of(self, sequence: int) -> Allocation:
        return next(a for a in self.state.allocations if a.sequence == sequence)


async def redraw(loan: LoanSubject, *, event_count: int) -> Projected:
    """With the loan's row locked and its new event written."""
    state = replay(await load_events(loan.customer_id, loan.id))
    await _write_instalments(loan, state)
    await _write_allocations(loan, state)
    line = StandingLine(state)
    # While a close runs, this borrower may stand on the new date already.
    on = await standing_date(loan.customer_id)
    await _write_intervals(loan, line.intervals(loan.disbursed_on, on))
    stands = await _write_loan(loan, state, line, on, event_count)
    return Projected(state, stands)


async def load_events(customer_id: int, loan_id: int) -> list[Event]:
    found = await database.rows(
        "SELECT sequence, kind, value_on, payload FROM loan_event"
        " WHERE customer_id = $1 AND loan_id = $2 ORDER BY sequence",
        customer_id, loan_id,
    )  # fmt: skip
    return [
        Event(
            sequence=row["sequence"],
            kind=EventKind(row["kind"]),
            value_on=row["value_on"],
            payload=decode(EventKind(row["kind"]), row["payload"]),
        )
        for row in found
    ]


async def _write_instalments(loan: LoanSubject, state: LoanState) -> None:
    columns = list(zip(*_instalment_rows(state), strict=True))
    await database.execute(
        "UPDATE instalment SET fee_paid_minor = drawn.fee, interest_paid_minor = drawn.interest,"
        " principal_paid_minor = drawn.principal, settled_on = drawn.settled_on"
        " FROM unnest($3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::date[])"
        " AS drawn (number, fee, interest, principal, settled_on)"
        " WHERE instalment.customer_id = $1 AND instalment.loan_id = $2"
        " AND instalment.number = drawn.number"
        " AND (instalment.fee_paid_minor, instalment.interest_paid_minor,"
        " instalment.principal_paid_minor, instalment.settled_on)"
        " IS DISTINCT FROM (drawn.fee, drawn.interest, drawn.principal, drawn.settled_on)",
        loan.customer_id, loan.id, *map(list, columns),
    )  # fmt: skip


def _instalment_rows(state: LoanState) -> list[tuple[Any, ...]]:
    return [
        (
            i.terms.number,
            i.fee_paid_minor,
            i.interest_paid_minor,
            i.principal_paid_minor,
            i.settled_on,
        )
        for i in state.instalments
    ]


async def _write_allocations(loan: LoanSubject, state: LoanState) -> None:
    """A payment dated back moves the later ones on: their parts change with it."""
    parts = [
        (
            a.sequence,
            a.fee_minor + a.other_minor,
            a.interest_minor,
            a.principal_minor,
            a.surplus_minor,
        )
        for a in state.allocations
    ]
    if not parts:
        return
    await database.execute(
        "UPDATE payment SET fee_minor = drawn.fee, interest_minor = drawn.interest,"
        " principal_minor = drawn.principal, surplus_minor = drawn.surplus"
        " FROM unnest($3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])"
        " AS drawn (sequence, fee, interest, principal, surplus), loan_event"
        " WHERE payment.customer_id = $1 AND payment.loan_id = $2"
        " AND loan_event.customer_id = payment.customer_id AND loan_event.customer_id = $1"
        " AND loan_event.loan_id = $2 AND loan_event.id = payment.event_id"
        " AND loan_event.sequence = drawn.sequence"
        " AND (payment.fee_minor, payment.interest_minor, payment.principal_minor,"
        " payment.surplus_minor)"
        " IS DISTINCT FROM (drawn.fee, drawn.interest, drawn.principal, drawn.surplus)",
        loan.customer_id, loan.id, *map(list, zip(*parts, strict=True)),
    )  # fmt: skip


async def _write_intervals(loan: LoanSubject, drawn: Sequence[Interval]) -> None:
    stored = await database.rows(
        "SELECT from_on, to_on, bucket, overdue_since, overdue_minor, principal_left_minor"
        " FROM loan_standing WHERE customer_id = $1 AND loan_id = $2",
        loan.customer_id, loan.id,
    )  # fmt: skip
    before = {tuple(row.values()) for row in stored}
    after = {_interval_row(interval) for interval in drawn}
    gone = [row[0] for row in before - after]
    if gone:
        await database.execute(
            "DELETE FROM loan_standing WHERE customer_id = $1 AND loan_id = $2"
            " AND from_on = ANY($3::date[])",
            loan.customer_id, loan.id, gone,
        )  # fmt: skip
    if added := after - before:
        await database.execute(
            "INSERT INTO loan_standing (customer_id, loan_id, from_on, to_on, bucket,"
            " overdue_since, overdue_minor, principal_left_minor)"
            " SELECT $1, $2, drawn.* FROM unnest($3::date[], $4::date[], $5::smallint[],"
            " $6::date[], $7::bigint[], $8::bigint[]) AS drawn",
            loan.customer_id, loan.id, *map(list, zip(*added, strict=True)),
        )  # fmt: skip


def _interval_row(interval: Interval) -> tuple[Any, ...]:
    standing = interval.standing
    return (
        interval.from_on,
        interval.to_on,
        standing.bucket,
        standing.overdue_since,
        standing.overdue_minor,
        standing.principal_left_minor,
    )


async def _write_loan(
    loan: LoanSubject, state: LoanState, line: StandingLine, on: date, event_count: int
) -> LoanStands:
    standing = line.on(on)
    stands = LoanStands(
        status=state.status,
        overdue_minor=standing.overdue_minor,
        overdue_since=standing.overdue_since,
        principal_left_minor=state.principal_left_minor,
        version=loan.version + 1,
    )
    await database.execute(
        "UPDATE loan SET status = $3, closed_on = $4, principal_left_minor = $5,"
        " interest_left_minor = $6, overdue_minor = $7, overdue_since = $8, bucket = $9,"
        " next_due_on = $10, next_change_on = $11, event_count = $12, version = $13"
        " WHERE customer_id = $1 AND id = $2",
        loan.customer_id, loan.id, state.status, state.closed_on, state.principal_left_minor,
        state.interest_left_minor, standing.overdue_minor, standing.overdue_since, standing.bucket,
        line.next_due_on(on), line.next_change(on), event_count, stands.version,
    )  # fmt: skip
    return stands
