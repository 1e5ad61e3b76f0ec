"""The loan is its events: from the log to instalments, allocations and balances. Pure: no clock, no
database.

The same function serves preview, booking, backdating, reversal and any question "as of" a date.
The order in which events were booked does not matter, their value dates do; on one date the
earlier booked comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.loan.event import (
    Closed,
    Event,
    Opened,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
)
from app.loan.models import LoanStatus


@dataclass(slots=True)
class InstalmentState:
    terms: ScheduledInstalment
    principal_paid_minor: int = 0
    interest_paid_minor: int = 0
    fee_paid_minor: int = 0
    settled_on: date | None = None

    @property
    def paid_minor(self) -> int:
        return self.principal_paid_minor + self.interest_paid_minor + self.fee_paid_minor

    @property
    def left_minor(self) -> int:
        return self.terms.due_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where one payment went. The parts and the surplus sum to the amount."""

    sequence: int
    value_on: date
    amount_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    surplus_minor: int
    # What stands beside the schedule.
    other_minor: int = 0


@dataclass(slots=True)
class LoanState:
    instalments: list[InstalmentState]
    allocations: list[Allocation] = field(default_factory=list)
    status: LoanStatus = LoanStatus.active
    closed_on: date | None = None

    @property
    def principal_left_minor(self) -> int:
        """Nothing once it is settled: what an early settlement did not ask for was let off."""
        if self.status is LoanStatus.settled:
            return 0
        return sum(i.terms.principal_minor - i.principal_paid_minor for i in self.instalments)

    @property
    def interest_left_minor(self) -> int:
        if self.status is LoanStatus.settled:
            return 0
        return sum(i.terms.interest_minor - i.interest_paid_minor for i in self.instalments)

    @property
    def is_paid(self) -> bool:
        return all(i.left_minor == 0 for i in self.instalments)


def replay(events: Iterable[Event], *, until: date | None = None) -> LoanState:
    """The state after all events valued on or before `until` (all of them when None)."""
    in_order = sorted(events, key=lambda event: (event.value_on, event.sequence))
    opening = next(event.payload for event in in_order if isinstance(event.payload, Opened))
    state = LoanState([InstalmentState(terms) for terms in opening.schedule])
    # A reversal undoes its payment from the payment's own value date, so the payment never counts.
    reversed_sequences = _reversed(in_order)
    first_open = 0
    for event in in_order:
        if until is not None and event.value_on > until:
            break
        if isinstance(event.payload, PaymentReceived) and event.sequence not in reversed_sequences:
            first_open = _allocate(state, event, event.payload, first_open)
        elif isinstance(event.payload, Closed):
            state.status, state.closed_on = event.payload.status, event.value_on
    if state.status is LoanStatus.active and state.is_paid:
        state.status, state.closed_on = LoanStatus.settled, _last_settled(state.instalments)
    return state


def _reversed(events: Sequence[Event]) -> frozenset[int]:
    return frozenset(
        event.payload.payment_sequence
        for event in events
        if isinstance(event.payload, PaymentReversed)
    )


def _allocate(state: LoanState, event: Event, payment: PaymentReceived, first_open: int) -> int:
    """Oldest instalment first; within one fee, then interest, then principal. Returns the first
    instalment that is still open, so that a long life is walked once and not once for each
    payment."""
    left = payment.amount_minor - payment.other_minor
    fee = interest = principal = 0
    while left and first_open < len(state.instalments):
        instalment = state.instalments[first_open]
        terms = instalment.terms
        to_fee = min(left, terms.fee_minor - instalment.fee_paid_minor)
        to_interest = min(left - to_fee, terms.interest_minor - instalment.interest_paid_minor)
        to_principal = min(
            left - to_fee - to_interest, terms.principal_minor - instalment.principal_paid_minor
        )
        instalment.fee_paid_minor += to_fee
        instalment.interest_paid_minor += to_interest
        instalment.principal_paid_minor += to_principal
        fee, interest, principal = fee + to_fee, interest + to_interest, principal + to_principal
        left -= to_fee + to_interest + to_principal
        if instalment.left_minor == 0:
            instalment.settled_on = instalment.settled_on or event.value_on
            first_open += 1
    state.allocations.append(
        Allocation(
            sequence=event.sequence,
            value_on=event.value_on,
            amount_minor=payment.amount_minor,
            fee_minor=fee,
            interest_minor=interest,
            principal_minor=principal,
            surplus_minor=left,
            other_minor=payment.other_minor,
        )
    )
    parts = fee + interest + principal + payment.other_minor + left
    assert parts == payment.amount_minor, "money went missing"
    return first_open


def _last_settled(instalments: Sequence[InstalmentState]) -> date | None:
    return max((i.settled_on for i in instalments if i.settled_on), default=None)
