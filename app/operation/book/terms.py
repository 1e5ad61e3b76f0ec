"""A loan's schedule: as the book gives it, or made from its terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

import msgspec

from app.loan.event import ScheduledInstalment
from app.loan.schedule import (
    INSTALMENTS_MAX,
    Frequency,
    Method,
    Terms,
    due_dates,
    month_later,
    period_after,
    period_before,
    schedule,
)
from app.operation.book.judge import Judge, contents
from app.operation.book.rows import InstalmentRow, LoanRow


@dataclass(frozen=True, slots=True)
class Plan:
    disbursed_on: date
    matures_on: date
    schedule: list[ScheduledInstalment]


def plan_of(
    judge: Judge, loan: LoanRow, given: Sequence[InstalmentRow], first_paid_on: date | None = None
) -> Plan | None:
    """None when it cannot be made; the judge has told why."""
    if loan.principal_minor <= 0:
        judge.tell(
            "AMOUNT_NOT_POSITIVE", loan, "principal", judge.amount(loan, loan.principal_minor)
        )
        return None
    rows = _given(judge, loan, given) if given else _made(judge, loan)
    if not rows:
        return None
    first = loan.first_due_on or rows[0].due_on
    disbursed_on = loan.disbursed_on or _disbursed_on(loan, first, first_paid_on)
    if disbursed_on > judge.today:
        judge.tell("DATE_FUTURE", loan, "disbursed_on", disbursed_on, today=str(judge.today))
        return None
    if rows[0].due_on < disbursed_on:
        origin, field = (given[0], "due_on") if given else (loan, "first_due_on")
        judge.tell(
            "BEFORE_DISBURSEMENT", origin, field, rows[0].due_on, disbursed_on=str(disbursed_on)
        )
        return None
    count = max(loan.instalment_count or 0, len(rows))
    matures_on = loan.matures_on or _matures_on(loan, rows, count)
    return Plan(disbursed_on, max(matures_on, disbursed_on), rows)


def _disbursed_on(loan: LoanRow, first: date, first_paid_on: date | None) -> date:
    """Where nobody says: nothing can be paid before there is a loan."""
    before = period_before(first, Frequency(loan.frequency))
    return min(before, first_paid_on or before)


def _matures_on(loan: LoanRow, rows: Sequence[ScheduledInstalment], count: int) -> date:
    """A book may give only the instalments that it has seen fall due."""
    if loan.method == Method.bullet or count == len(rows) or count > INSTALMENTS_MAX:
        return rows[-1].due_on
    return max(rows[-1].due_on, due_dates(rows[0].due_on, count, Frequency(loan.frequency))[-1])


def _made(judge: Judge, loan: LoanRow) -> list[ScheduledInstalment]:
    first = loan.first_due_on
    if first is None and loan.disbursed_on is not None:
        first = period_after(loan.disbursed_on, Frequency(loan.frequency))
    if not _has_terms(judge, loan, first):
        return []
    assert first is not None
    method, rate = loan.method, loan.annual_rate
    if method is None or rate is None or (method == Method.flat and loan.instalment_minor):
        rows = _equal(loan, first)
    else:
        rows = schedule(_terms(loan, first, rate, Method(method)))
    if len(rows) == 1 and loan.matures_on is not None:
        return [msgspec.structs.replace(rows[0], due_on=loan.matures_on)]
    return rows


def _has_terms(judge: Judge, loan: LoanRow, first: date | None) -> bool:
    """Every instalment's amount stands for method and rate."""
    needed = {
        "method": loan.method or loan.instalment_minor or None,
        "annual_rate": loan.instalment_minor or loan.annual_rate,
        "instalment_count": loan.instalment_count,
        "first_due_on": first,
    }
    missing = next((name for name, value in needed.items() if value is None), None)
    if missing is not None:
        judge.tell("SCHEDULE_MISSING", loan, "loan_key", loan.loan_key, missing=missing)
        return False
    if not 0 < (loan.instalment_count or 0) <= INSTALMENTS_MAX:
        judge.tell("COUNT_NOT_POSITIVE", loan, "instalment_count", loan.instalment_count)
        return False
    if (loan.instalment_minor or 0) < 0:
        amount = judge.amount(loan, loan.instalment_minor or 0)
        judge.tell("AMOUNT_NEGATIVE", loan, "instalment_amount", amount)
        return False
    return True


def _terms(loan: LoanRow, first: date, annual_rate: Decimal, method: Method) -> Terms:
    return Terms(
        principal_minor=loan.principal_minor,
        annual_rate=annual_rate,
        instalment_count=loan.instalment_count or 0,
        first_due_on=first,
        due_day=_due_day(loan, first),
        instalment_minor=loan.instalment_minor or None,
        method=method,
        frequency=Frequency(loan.frequency),
    )


def _equal(loan: LoanRow, first: date) -> list[ScheduledInstalment]:
    """Nothing but how much and how often: what goes beyond the principal is interest."""
    count = loan.instalment_count or 0
    dates = due_dates(first, count, Frequency(loan.frequency), day=_due_day(loan, first))
    parts = _split([(loan.instalment_minor or 0, 0, 0)] * count, loan.principal_minor)
    return [
        ScheduledInstalment(number, due_on, *part)
        for number, (due_on, part) in enumerate(zip(dates, parts, strict=True), start=1)
    ]


def _due_day(loan: LoanRow, first: date) -> int:
    """A first date at the end of a short month does not show which day the others keep: its own if
    it is named, else that of the disbursement; the last date proves it where that is named."""
    named = loan.first_due_on or loan.disbursed_on or first
    if loan.matures_on is None:
        return named.day
    frequency, count = Frequency(loan.frequency), loan.instalment_count or 1
    for day in (named.day, first.day, loan.matures_on.day):
        is_first = month_later(first, 0, day=day) == first
        if is_first and due_dates(first, count, frequency, day=day)[-1] == loan.matures_on:
            return day
    return named.day


def _given(
    judge: Judge, loan: LoanRow, given: Sequence[InstalmentRow]
) -> list[ScheduledInstalment]:
    told = judge.faults.total
    rows = _numbered(judge, given)
    parts = [_plain(row) or _amounts(judge, loan, row) for _, row in rows]
    if judge.faults.total > told:
        return []
    amounts = [part for part in parts if part is not None]
    if not any(map(any, amounts)):
        judge.tell("INSTALMENT_EMPTY", rows[0][1], "principal")
        return []
    if all(row.principal_minor is None and row.interest_minor is None for _, row in rows):
        amounts = _split(amounts, loan.principal_minor)
    if sum(principal for principal, _, _ in amounts) > loan.principal_minor:
        amounts = _within(amounts, loan.principal_minor)
    return [
        ScheduledInstalment(number, row.due_on, *part)
        for (number, row), part in zip(rows, amounts, strict=True)
    ]


def _numbered(judge: Judge, given: Sequence[InstalmentRow]) -> list[tuple[int, InstalmentRow]]:
    """In the order of their numbers, which is that of their dates; an equal row twice is one."""
    if any(row.number is None for row in given):
        distinct = {contents(row): row for row in given}.values()
        return list(enumerate(sorted(distinct, key=lambda row: row.due_on), start=1))
    found: dict[int, InstalmentRow] = {}
    for row in given:
        number = row.number or 0
        if number <= 0:
            judge.tell("COUNT_NOT_POSITIVE", row, "number", number)
        first = found.setdefault(number, row)
        if first is not row and contents(first) != contents(row):
            judge.tell("NUMBER_DOUBLED", row, "number", number, first=first.line)
    in_order = sorted(found.items())
    for (_, before), (_, row) in pairwise(in_order):
        if row.due_on < before.due_on:
            judge.tell("DUE_ORDER", row, "due_on", row.due_on)
    return in_order


def _plain(row: InstalmentRow) -> tuple[int, int, int] | None:
    """The way of almost every instalment: principal and interest, and nothing to compare."""
    principal, interest = row.principal_minor, row.interest_minor
    if row.amount_minor is not None or row.currency is not None or row.fee_minor is not None:
        return None
    if principal is None or interest is None or principal < 0 or interest < 0:
        return None
    return principal, interest, 0


def _amounts(judge: Judge, loan: LoanRow, row: InstalmentRow) -> tuple[int, int, int] | None:
    """Principal, interest, fee."""
    currency = judge.currency_of(row)
    if row.currency is not None and currency != judge.currency_of(loan):
        judge.tell(
            "CURRENCY_DIFFERS",
            row,
            "currency",
            currency=currency,
            loan_currency=judge.currency_of(loan),
        )
        return None
    principal, interest = row.principal_minor, row.interest_minor
    fee, amount = row.fee_minor or 0, row.amount_minor
    if amount is None:
        if principal is None and interest is None and row.fee_minor is None:
            judge.tell("INSTALMENT_EMPTY", row, "principal")
            return None
        parts = (principal or 0, interest or 0, fee)
    elif principal is None:
        parts = (amount - (interest or 0) - fee, interest or 0, fee)
    else:
        parts = (principal, amount - principal - fee if interest is None else interest, fee)
        if sum(parts) != amount:
            shown = judge.amount(row, sum(parts))
            judge.tell(
                "INSTALMENT_DISAGREES", row, "amount", judge.amount(row, amount), parts=shown
            )
            return None
    for name, value in zip(("principal", "interest", "fee"), parts, strict=True):
        if value < 0:
            judge.tell("AMOUNT_NEGATIVE", row, name, judge.amount(row, value))
            return None
    return parts


Amounts = list[tuple[int, int, int]]


def _split(amounts: Amounts, principal_minor: int) -> Amounts:
    """Whole instalments without parts: what they make beyond the principal is interest, spread
    evenly."""
    total = sum(principal for principal, _, _ in amounts)
    surplus = max(total - principal_minor, 0)
    found: Amounts = []
    passed = charged = 0
    for amount, _, fee in amounts:
        passed += amount
        interest = surplus * passed // total - charged if total else 0
        charged += interest
        found.append((amount - interest, interest, fee))
    return found


def _within(amounts: Amounts, principal_minor: int) -> Amounts:
    """Principal beyond what was paid out is interest that was capitalised."""
    left, found = principal_minor, []
    for principal, interest, fee in amounts:
        own = min(principal, left)
        left -= own
        found.append((own, interest + principal - own, fee))
    return found
