"""Brings a loan's rows back to what its events say, whatever was done to them."""

from app import database
from app.loan import projection
from app.loan.replay import replay
from app.loan.subject import LoanSubject


async def redraw_all(loan: LoanSubject) -> None:
    """As `projection.redraw`, and the schedule itself too. Its log has a beginning."""
    events = await projection.load_events(loan.customer_id, loan.id)
    terms = [instalment.terms for instalment in replay(events).instalments]
    await database.execute(
        "DELETE FROM instalment WHERE customer_id = $1 AND loan_id = $2"
        " AND number <> ALL($3::int[])",
        loan.customer_id, loan.id, [row.number for row in terms],
    )  # fmt: skip
    columns = zip(
        *((r.number, r.due_on, r.principal_minor, r.interest_minor, r.fee_minor) for r in terms),
        strict=True,
    )
    await database.execute(
        "INSERT INTO instalment (customer_id, loan_id, number, due_on, principal_minor,"
        " interest_minor, fee_minor, principal_paid_minor, interest_paid_minor, fee_paid_minor)"
        " SELECT $1, $2, drawn.*, 0, 0, 0"
        " FROM unnest($3::int[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[]) AS drawn"
        " ON CONFLICT (customer_id, loan_id, number) DO UPDATE SET due_on = excluded.due_on,"
        " principal_minor = excluded.principal_minor, interest_minor = excluded.interest_minor,"
        " fee_minor = excluded.fee_minor,"
        # Filled again by the projection; until then a smaller instalment must not be overpaid.
        " principal_paid_minor = 0, interest_paid_minor = 0, fee_paid_minor = 0",
        loan.customer_id, loan.id, *map(list, columns),
    )  # fmt: skip
    await projection.redraw(loan, event_count=max(event.sequence for event in events))
