"""What each kind of event carries. These types are the contract of the log: their JSON Schemas
are committed, and a payload once written is readable for ever, so fields may be added with a
default and never taken away."""

from datetime import date

import msgspec

from app.loan.models import EventKind, LoanStatus


class ScheduledInstalment(msgspec.Struct, frozen=True, array_like=True):
    """One row of a given schedule. An array in JSON: a loan of 360 instalments stays small."""

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int = 0

    @property
    def due_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fee_minor


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A loan came into the book with its schedule as the source system gave it."""

    principal_minor: int
    currency: str
    schedule: list[ScheduledInstalment]


class PaymentReceived(msgspec.Struct, frozen=True, kw_only=True):
    amount_minor: int
    channel: str = ""
    reference: str = ""
    # The part that pays late fees, penalty interest or costs: it pays no instalment.
    other_minor: int = 0


class PaymentReversed(msgspec.Struct, frozen=True, kw_only=True):
    """Takes back the payment booked as event `payment_sequence`, as of its own value date."""

    payment_sequence: int
    reason: str


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """The loan left the book in another way than by its last payment."""

    status: LoanStatus
    reason: str = ""


Payload = Opened | PaymentReceived | PaymentReversed | Closed

PAYLOADS: dict[EventKind, type[Payload]] = {
    EventKind.opened: Opened,
    EventKind.payment: PaymentReceived,
    EventKind.reversal: PaymentReversed,
    EventKind.closed: Closed,
}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the replay takes it."""

    sequence: int
    kind: EventKind
    value_on: date
    payload: Payload


def decode(kind: EventKind, payload: str | bytes) -> Payload:
    return msgspec.json.decode(payload, type=PAYLOADS[kind])
