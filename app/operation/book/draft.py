"""From a bundle to what will be booked: the loan's events in the order in which they happened."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class KnownPayment:
    sequence: int
    reference: str
    value_on: date
    amount_minor: int
    is_reversed: bool


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
    payments: list[KnownPayment]
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
    first_paid_on = min((payment.paid_on for payment in bundle.payments), default=None)
    plan = plan_of(judge, row, bundle.instalments, first_paid_on)
    if plan is None:
        return None
    currency = judge.currency_of(row)
    closing = _closing(judge, row, bundle.events)
    _take_back(judge, bundle.payments)
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
        if row.reverses is not None:
            continue
        if row.payment_key is not None:
            first = by_key.setdefault(row.payment_key, row)
            if first is not row:
                if contents(first) != contents(row):
                    judge.tell("KEY_DOUBLED", row, "payment_key", row.payment_key, first=first.line)
                continue
        _check_payment(judge, row, currency, disbursed_on)
        kept.append(row)
    return kept


def _take_back(
    judge: Judge, found: list[rows.PaymentRow], known: Sequence[KnownPayment] = ()
) -> list[Addition]:
    """Rows that take a payment back: in these files it gets its `reversed_on`; of those that the
    book has the reversals are returned."""
    takings = [row for row in found if row.reverses is not None]
    if not takings:
        return []
    paid: dict[str, list[rows.PaymentRow]] = {}
    for row in found:
        if row.payment_key is not None and row.reverses is None:
            paid.setdefault(row.payment_key, []).append(row)
    booked = {payment.reference: payment for payment in known if payment.reference}
    additions = []
    for row in takings:
        key = row.reverses or ""
        # A row that is there twice is one payment.
        here, there = paid.get(key, []), booked.get(key)
        if _refused_reversal(judge, row, here[0] if here else there):
            continue
        for payment in here:
            payment.reversed_on = row.paid_on
        if there is not None and not here and not there.is_reversed:
            additions.append(_reversal(there, row, row.paid_on))
    return additions


def _refused_reversal(
    judge: Judge, row: rows.PaymentRow, payment: rows.PaymentRow | KnownPayment | None
) -> bool:
    told = judge.faults.total
    if payment is None:
        judge.tell("PAYMENT_UNKNOWN", row, "reverses", row.reverses)
    elif payment.amount_minor != abs(row.amount_minor):
        amount = judge.amount(row, payment.amount_minor)
        shown = judge.amount(row, abs(row.amount_minor))
        judge.tell("REVERSAL_DIFFERS", row, "amount", shown, amount=amount)
    elif row.paid_on > judge.today:
        judge.tell("DATE_FUTURE", row, "paid_on", row.paid_on, today=str(judge.today))
    return judge.faults.total > told


def additions_of(judge: Judge, bundle: LoanBundle, known: KnownLoan) -> list[Addition]:
    """What a loan of the book has not seen yet. Its terms and its schedule do not change."""
    told = judge.faults.total
    row = judge.single(bundle.loans, "loan_key", bundle.key)
    if row is not None:
        _refuse_other_terms(judge, row, bundle, known)
    taken_back = _take_back(judge, bundle.payments, known.payments)
    payments = check_payments(judge, bundle.payments, known.currency, known.disbursed_on)
    new, also_taken_back = _not_booked(judge, payments, known)
    if known.status is not LoanStatus.active and known.status is not LoanStatus.written_off:
        for payment in new:
            judge.tell(
                "LOAN_CLOSED", payment, "loan_key", bundle.key, closed_on=str(known.closed_on)
            )
    closing = _closing(judge, row, bundle.events) if known.closed_on is None else None
    if judge.faults.total > told:
        return []
    return [*_movements(new), *taken_back, *also_taken_back, *([closing] if closing else [])]


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
        if isinstance(payload, PaymentReversed) and not payload.payment_sequence:
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
) -> tuple[list[rows.PaymentRow], list[Addition]]:
    """By their own key where they have one, else by day and amount, as often as they are there.
    Of those in the book, what was taken back meanwhile."""
    by_key = {payment.reference: payment for payment in known.payments if payment.reference}
    bare: dict[tuple[date, int], list[KnownPayment]] = {}
    for payment in sorted(known.payments, key=lambda payment: payment.is_reversed):
        if not payment.reference:
            bare.setdefault((payment.value_on, payment.amount_minor), []).append(payment)
    new: list[rows.PaymentRow] = []
    taken_back: list[Addition] = []
    # Those that stay find their like first, so that one taken back before is not taken back again.
    for row in sorted(payments, key=lambda row: row.reversed_on is not None):
        this = (row.paid_on, row.amount_minor)
        booked = by_key.get(row.payment_key) if row.payment_key is not None else None
        if row.payment_key is None and bare.get(this):
            booked = bare[this].pop(0 if row.reversed_on is None else -1)
        if booked is None:
            new.append(row)
        elif (booked.value_on, booked.amount_minor) != this:
            judge.tell("PAYMENT_CHANGED", row, "payment_key", row.payment_key)
        elif row.reversed_on is not None and not booked.is_reversed:
            taken_back.append(_reversal(booked, row, row.reversed_on))
    return new, taken_back


def _reversal(payment: KnownPayment, row: rows.PaymentRow, on: date) -> Addition:
    back = PaymentReversed(payment_sequence=payment.sequence, reason=REVERSAL_REASON)
    return Addition(EventKind.reversal, on, back, row)


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
