"""From a bundle to what will be booked: the loan's events in the order in which they happened."""

from dataclasses import dataclass
from datetime import date

from app.loan.event import (
    Closed,
    Event,
    Opened,
    Payload,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
)
from app.loan.models import EventKind, LoanStatus
from app.loan.replay import LoanState, replay
from app.operation.book import rows
from app.operation.book.bundle import LoanBundle
from app.operation.book.judge import Judge, contents
from app.operation.book.terms import Plan, plan_of

REVERSAL_REASON = "source system"


@dataclass(slots=True)
class LoanDraft:
    """A loan that is not in the book yet, as the files have it."""

    bundle: LoanBundle
    row: rows.LoanRow
    currency: str
    plan: Plan
    payments: list[rows.PaymentRow]
    closing: "Addition | None"


@dataclass(slots=True)
class BookedLoan:
    """The same as events, and what follows from them."""

    draft: LoanDraft
    events: list[Event]
    state: LoanState


@dataclass(frozen=True, slots=True)
class Addition:
    """What happened to a loan, not numbered yet."""

    kind: EventKind
    value_on: date
    payload: Payload
    row: rows.Row


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLoan:
    """A loan as it stands in the book."""

    id: int
    customer_id: int
    currency: str
    principal_minor: int
    disbursed_on: date
    status: LoanStatus
    closed_on: date | None
    event_count: int
    version: int
    schedule: list[ScheduledInstalment]
    # (reference, value date, amount)
    payments: list[tuple[str, date, int]]
    party_keys: frozenset[str]
    security_keys: frozenset[str]
    contact_keys: frozenset[str]


def draft_of(judge: Judge, bundle: LoanBundle) -> LoanDraft | None:
    told = judge.faults.total
    row = judge.single(bundle.loans, "loan_key", bundle.key)
    if row is None:
        for attached in bundle.attached():
            judge.tell("LOAN_UNKNOWN", attached, "loan_key", bundle.key)
        return None
    plan = plan_of(judge, row, bundle.instalments)
    if plan is None:
        return None
    currency = judge.currency_of(row)
    closing = _closing(judge, row, bundle.events)
    payments = check_payments(judge, bundle.payments, currency, plan.disbursed_on)
    if closing is not None and closing.payload.status is not LoanStatus.written_off:  # type: ignore[union-attr]
        _refuse_after(judge, payments, bundle.key, closing.value_on)
    if judge.faults.total > told:
        return None
    return LoanDraft(bundle, row, currency, plan, payments, closing)


def booked(draft: LoanDraft) -> BookedLoan:
    """A loan that its payments settled by then is not closed once more."""
    events = _events(draft)
    state, closing = replay(events), draft.closing
    if closing is not None and not _is_settled_by(state, closing.value_on):
        events.append(
            Event(
                sequence=len(events) + 1,
                kind=EventKind.closed,
                value_on=closing.value_on,
                payload=closing.payload,
            )
        )
        state = replay(events)
    return BookedLoan(draft, events, state)


def _events(draft: LoanDraft) -> list[Event]:
    plan = draft.plan
    opened = Opened(
        principal_minor=draft.row.principal_minor, currency=draft.currency, schedule=plan.schedule
    )
    if any(row.reversed_on is not None for row in draft.payments):
        opening = Addition(EventKind.opened, plan.disbursed_on, opened, draft.row)
        return number_events([opening, *_movements(draft.payments)], 1)[0]
    received = [
        Event(
            sequence=sequence,
            kind=EventKind.payment,
            value_on=row.paid_on,
            payload=PaymentReceived(
                amount_minor=row.amount_minor,
                channel=row.channel or "",
                reference=row.payment_key or "",
                other_minor=row.other_minor or 0,
            ),
        )
        for sequence, row in enumerate(draft.payments, start=2)
    ]
    first = Event(sequence=1, kind=EventKind.opened, value_on=plan.disbursed_on, payload=opened)
    return [first, *received]


def check_payments(
    judge: Judge, found: list[rows.PaymentRow], currency: str, disbursed_on: date
) -> list[rows.PaymentRow]:
    """Each payment once, in the order of the value dates."""
    kept: list[rows.PaymentRow] = []
    by_key: dict[str, rows.PaymentRow] = {}
    for row in sorted(found, key=lambda row: (row.paid_on, row.file, row.line)):
        if row.payment_key is not None:
            first = by_key.setdefault(row.payment_key, row)
            if first is not row:
                if contents(first) != contents(row):
                    judge.tell("KEY_DOUBLED", row, "payment_key", row.payment_key, first=first.line)
                continue
        _check_payment(judge, row, currency, disbursed_on)
        kept.append(row)
    return kept


def additions_of(judge: Judge, bundle: LoanBundle, known: KnownLoan) -> list[Addition]:
    """What a loan of the book has not seen yet. Its terms and its schedule do not change."""
    told = judge.faults.total
    row = judge.single(bundle.loans, "loan_key", bundle.key)
    if row is not None:
        _refuse_other_terms(judge, row, bundle, known)
    payments = check_payments(judge, bundle.payments, known.currency, known.disbursed_on)
    new = _not_booked(judge, payments, known)
    if known.status is not LoanStatus.active and known.status is not LoanStatus.written_off:
        for payment in new:
            judge.tell(
                "LOAN_CLOSED", payment, "loan_key", bundle.key, closed_on=str(known.closed_on)
            )
    closing = _closing(judge, row, bundle.events) if known.closed_on is None else None
    if judge.faults.total > told:
        return []
    return [*_movements(new), *([closing] if closing else [])]


def number_events(
    additions: list[Addition], first: int
) -> tuple[list[Event], dict[int, rows.PaymentRow]]:
    """As they happened; on one day as the files have them. A reversal names its payment."""
    in_order = sorted(
        additions,
        key=lambda a: (a.value_on, a.kind is not EventKind.opened, a.row.file, a.row.line,
                       a.kind is EventKind.reversal),
    )  # fmt: skip
    payments: dict[int, rows.PaymentRow] = {}
    sequence_of: dict[tuple[int, int], int] = {}
    events: list[Event] = []
    for sequence, addition in enumerate(in_order, start=first):
        payload, row = addition.payload, addition.row
        if isinstance(row, rows.PaymentRow) and addition.kind is EventKind.payment:
            payments[sequence] = row
            sequence_of[row.file, row.line] = sequence
        if isinstance(payload, PaymentReversed):
            payload = PaymentReversed(
                payment_sequence=sequence_of[row.file, row.line], reason=payload.reason
            )
        events.append(
            Event(
                sequence=sequence, kind=addition.kind, value_on=addition.value_on, payload=payload
            )
        )
    return events, payments


def _movements(payments: list[rows.PaymentRow]) -> list[Addition]:
    found = []
    for row in payments:
        received = PaymentReceived(
            amount_minor=row.amount_minor,
            channel=row.channel or "",
            reference=row.payment_key or "",
            other_minor=row.other_minor or 0,
        )
        found.append(Addition(EventKind.payment, row.paid_on, received, row))
        if row.reversed_on is not None:
            back = PaymentReversed(payment_sequence=0, reason=REVERSAL_REASON)
            found.append(Addition(EventKind.reversal, row.reversed_on, back, row))
    return found


def _check_payment(judge: Judge, row: rows.PaymentRow, currency: str, disbursed_on: date) -> None:
    own = judge.currency_of(row)
    if row.currency is not None and own != currency:
        judge.tell("CURRENCY_DIFFERS", row, "currency", currency=own, loan_currency=currency)
    if row.amount_minor <= 0:
        judge.tell("AMOUNT_NOT_POSITIVE", row, "amount", judge.amount(row, row.amount_minor))
    elif not 0 <= (row.other_minor or 0) <= row.amount_minor:
        judge.tell("OTHER_ABOVE_AMOUNT", row, "other", judge.amount(row, row.other_minor or 0))
    if row.paid_on < disbursed_on:
        judge.tell(
            "BEFORE_DISBURSEMENT", row, "paid_on", row.paid_on, disbursed_on=str(disbursed_on)
        )
    for name, on in (("paid_on", row.paid_on), ("reversed_on", row.reversed_on)):
        if on is not None and on > judge.today:
            judge.tell("DATE_FUTURE", row, name, on, today=str(judge.today))
    if row.reversed_on is not None and row.reversed_on < row.paid_on:
        judge.tell("REVERSED_BEFORE_PAID", row, "reversed_on", row.reversed_on)


def _closing(
    judge: Judge, loan: rows.LoanRow | None, events: list[rows.EventRow]
) -> Addition | None:
    """The first of what ends the loan: its own column, or an event."""
    found: list[Addition] = []
    if loan is not None and loan.closed_on is not None:
        status = LoanStatus(loan.closed_reason or "settled")
        found.append(_closed(loan.closed_on, status, loan))
    for row in events:
        if row.kind in ("re_aged", "deferred"):
            judge.tell("EVENT_UNSUPPORTED", row, "kind", row.kind, on=str(row.happened_on))
            continue
        status = LoanStatus(row.kind if row.kind == "written_off" else row.reason or "settled")
        found.append(_closed(row.happened_on, status, row))
    for closing in found:
        if closing.value_on > judge.today:
            name = "closed_on" if isinstance(closing.row, rows.LoanRow) else "happened_on"
            judge.tell("DATE_FUTURE", closing.row, name, closing.value_on, today=str(judge.today))
    return min(found, key=lambda closing: closing.value_on, default=None)


def _closed(on: date, status: LoanStatus, row: rows.Row) -> Addition:
    return Addition(EventKind.closed, on, Closed(status=status), row)


def _is_settled_by(state: LoanState, on: date) -> bool:
    return state.closed_on is not None and state.closed_on <= on


def _refuse_after(judge: Judge, payments: list[rows.PaymentRow], key: str, closed_on: date) -> None:
    for row in payments:
        if row.paid_on > closed_on:
            judge.tell("LOAN_CLOSED", row, "paid_on", key, closed_on=str(closed_on))


def _not_booked(
    judge: Judge, payments: list[rows.PaymentRow], known: KnownLoan
) -> list[rows.PaymentRow]:
    """By their own key where they have one, else by day and amount, as often as they are there."""
    by_key = {reference: (on, amount) for reference, on, amount in known.payments if reference}
    bare: dict[tuple[date, int], int] = {}
    for reference, on, amount in known.payments:
        if not reference:
            bare[on, amount] = bare.get((on, amount), 0) + 1
    new: list[rows.PaymentRow] = []
    for row in payments:
        this = (row.paid_on, row.amount_minor)
        if row.payment_key is None:
            if bare.get(this, 0):
                bare[this] -= 1
            else:
                new.append(row)
        elif row.payment_key not in by_key:
            new.append(row)
        elif by_key[row.payment_key] != this:
            judge.tell("PAYMENT_CHANGED", row, "payment_key", row.payment_key)
    return new


def _refuse_other_terms(
    judge: Judge, row: rows.LoanRow, bundle: LoanBundle, known: KnownLoan
) -> None:
    before = {"principal": known.principal_minor, "currency": known.currency}
    after = {"principal": row.principal_minor, "currency": judge.currency_of(row)}
    if row.disbursed_on is not None:
        before["disbursed_on"], after["disbursed_on"] = known.disbursed_on, row.disbursed_on
    for name, value in after.items():
        if before[name] != value:
            judge.tell("LOAN_CHANGED", row, name, bundle.key, field=name)
            return
    if bundle.instalments:
        plan = plan_of(judge, row, bundle.instalments)
        if plan is not None and plan.schedule != known.schedule:
            judge.tell("SCHEDULE_CHANGED", bundle.instalments[0], "loan_key", bundle.key)
