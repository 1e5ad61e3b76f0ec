"""What the close's tests look at."""

from datetime import date, timedelta
from typing import Any

from app import database as db
from app.actor import Actor
from app.loan import projection
from app.loan.replay import replay
from app.loan.standing import StandingLine
from app.operation.close.order import CloseFinished
from app.operation.close.run import close_until
from tests.factories import LoanKey

CLOSER = Actor.system("test")
DAY = timedelta(days=1)


async def close_to(to_date: date, *, sessions: int = 1) -> list[CloseFinished]:
    return await close_until(CLOSER, to_date, sessions=sessions)


async def loan_columns(loan: LoanKey) -> tuple[Any, ...]:
    found = await db.row(
        "SELECT overdue_since, overdue_minor, bucket, next_due_on, next_change_on FROM loan"
        " WHERE customer_id = $1 AND id = $2",
        loan.customer_id, loan.loan_id,
    )  # fmt: skip
    assert found is not None
    return tuple(found.values())


async def interval_rows(loan: LoanKey) -> list[tuple[Any, ...]]:
    found = await db.rows(
        "SELECT from_on, to_on, bucket, overdue_since, overdue_minor, principal_left_minor"
        " FROM loan_standing WHERE customer_id = $1 AND loan_id = $2 ORDER BY from_on",
        loan.customer_id, loan.loan_id,
    )  # fmt: skip
    return [tuple(row.values()) for row in found]


async def expected(loan: LoanKey, on: date) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    """The loan's columns and intervals as the pure line draws them."""
    state = replay(await projection.load_events(*loan))
    line = StandingLine(state)
    standing = line.on(on)
    disbursed_on = await db.value(
        "SELECT disbursed_on FROM loan WHERE customer_id = $1 AND id = $2", *loan
    )
    columns = (
        standing.overdue_since,
        standing.overdue_minor,
        standing.bucket,
        line.next_due_on(on),
        line.next_change(on),
    )
    return columns, [
        (
            i.from_on,
            i.to_on,
            i.standing.bucket,
            i.standing.overdue_since,
            i.standing.overdue_minor,
            i.standing.principal_left_minor,
        )
        for i in line.intervals(disbursed_on, on)
    ]


async def assert_as_drawn(loan: LoanKey, on: date) -> None:
    columns, intervals = await expected(loan, on)
    assert await loan_columns(loan) == columns
    assert await interval_rows(loan) == intervals


async def case_rows(customer_id: int) -> list[dict[str, Any]]:
    return await db.rows(
        "SELECT stage, opened_on, closed_on, close_reason, overdue_since, overdue_minor, currency,"
        " overdue_other, overdue_loan_count, branch_id, team_id, assignee_id, version"
        " FROM collection_case WHERE customer_id = $1 ORDER BY id",
        customer_id,
    )
