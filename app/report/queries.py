"""The reads behind reports. Each takes the asker's row scope, also when a worker asks for him."""

from datetime import date
from typing import Any

import msgspec

from app import database
from app.actor import Actor
from app.customer.scope import scope_condition
from app.permission import Permission
from app.report.delinquency import BucketFigures, Delinquency, Point
from app.report.errors import ReportNotFound, ReportNotReady
from app.report.models import ReportRun, RunState

RUNS_SHOWN_MAX = 30
LOANS_PER_PAGE = 50

# How a loan stood on $1, where anything was overdue on it.
_STOOD_LATE = (
    " FROM loan_standing AS stood"
    " JOIN loan ON loan.customer_id = stood.customer_id AND loan.id = stood.loan_id"
    " JOIN customer ON customer.id = loan.customer_id AND customer.id = stood.customer_id"
    " WHERE stood.bucket > 0 AND stood.from_on <= $1 AND (stood.to_on IS NULL OR stood.to_on > $1)"
    " AND loan.currency = $2"
)


async def main_currency() -> str:
    """The currency most loans are in; a report never adds two currencies up."""
    found = await database.value(
        "SELECT currency FROM loan GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1"
    )
    return str(found or "CNY")


async def point(actor: Actor, on: date, currency: str) -> Point:
    scope = scope_condition(actor, "customer", 3)
    late = await database.rows(
        "SELECT stood.bucket, count(*) AS loan_count, sum(stood.principal_left_minor)::bigint AS"
        f" principal_minor, sum(stood.overdue_minor)::bigint AS overdue_minor{_STOOD_LATE}"
        f" AND {scope.sql} GROUP BY stood.bucket ORDER BY stood.bucket",
        on, currency, *scope.values,
    )  # fmt: skip
    loan_count, principal_minor = await _open_book(actor, on, currency)
    return Point(
        on=on,
        loan_count=loan_count,
        principal_minor=principal_minor,
        buckets=[BucketFigures(**row) for row in late],
    )


async def _open_book(actor: Actor, on: date, currency: str) -> tuple[int, int]:
    """Loans paid out and not yet closed on that date, and the principal they still owed then."""
    scope = scope_condition(actor, "customer", 3)
    book = (
        " FROM loan JOIN customer ON customer.id = loan.customer_id"
        "{payments} WHERE loan.disbursed_on <= $1"
        " AND (loan.closed_on IS NULL OR loan.closed_on > $1)"
        f" AND loan.currency = $2 AND {scope.sql}"
    )
    lent = await database.row(
        "SELECT count(*) AS loans, coalesce(sum(loan.principal_minor), 0)::bigint AS minor"
        + book.format(payments=""),
        on, currency, *scope.values,
    )  # fmt: skip
    repaid = await database.value(
        "SELECT coalesce(sum(payment.principal_minor), 0)::bigint"
        + book.format(
            payments=" JOIN payment ON payment.customer_id = loan.customer_id"
            " AND payment.loan_id = loan.id AND payment.value_on <= $1"
            " AND payment.reversal_event_id IS NULL"
        ),
        on, currency, *scope.values,
    )  # fmt: skip
    assert lent is not None
    return lent["loans"], lent["minor"] - repaid


async def late_loans(
    actor: Actor, on: date, currency: str, bucket: int, *, after: tuple[int, int] | None
) -> list[dict[str, Any]]:
    """The loans behind one number, largest overdue amount first; one more than a page holds."""
    scope = scope_condition(actor, "customer", 6)
    overdue, id = after or (None, None)
    return await database.rows(
        "SELECT loan.id, loan.customer_id, stood.overdue_since, stood.overdue_minor,"
        f" stood.principal_left_minor, loan.currency, loan.source_number{_STOOD_LATE}"
        " AND stood.bucket = $3"
        " AND ($4::bigint IS NULL OR (stood.overdue_minor, loan.id) < ($4, $5::bigint))"
        f" AND {scope.sql} ORDER BY stood.overdue_minor DESC, loan.id DESC"
        f" LIMIT {LOANS_PER_PAGE + 1}",
        on, currency, bucket, overdue, id, *scope.values,
    )  # fmt: skip


async def runs(actor: Actor) -> list[ReportRun]:
    actor.require(Permission.REPORT_READ)
    return await ReportRun.filter(asked_by_id=actor.id).order_by("-id").limit(RUNS_SHOWN_MAX)


async def run(actor: Actor, run_id: int) -> ReportRun:
    """Reports are their asker's: the figures were counted in his row scope."""
    actor.require(Permission.REPORT_READ)
    found = await ReportRun.filter(id=run_id, asked_by_id=actor.id).first()
    if found is None:
        raise ReportNotFound
    return found


def figures(found: ReportRun) -> Delinquency:
    if found.state is not RunState.done or found.result is None:
        raise ReportNotReady
    return msgspec.convert(found.result, Delinquency)
