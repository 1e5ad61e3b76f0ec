"""How every loan stood on past dates, for comparing with another system's own figures."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

import msgspec

from app import database
from app.actor import Actor
from app.customer.scope import scope_condition
from app.loan.bucket import days_past_due
from app.permission import Permission

LOANS_A_PAGE = 1_000


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A loan on a date between its disbursement and the business date."""

    source_number: str
    on: date
    days_past_due: int
    bucket: int
    overdue_minor: int
    currency: str


async def stood_on(actor: Actor, dates: Sequence[date]) -> AsyncIterator[Stood]:
    """Loan after loan, each in the order of the dates."""
    actor.require(Permission.LOAN_READ)
    scope, after = scope_condition(actor, "customer", 5), (0, 0)
    while True:
        found = await database.rows(
            "WITH page AS (SELECT loan.customer_id, loan.id, loan.source_number, loan.currency"
            " FROM loan JOIN customer ON customer.id = loan.customer_id"
            f" WHERE (loan.customer_id, loan.id) > ($2, $3) AND {scope.sql}"
            " ORDER BY loan.customer_id, loan.id LIMIT $4)"
            " SELECT page.*, dates.on_date, stood.bucket, stood.overdue_since, stood.overdue_minor"
            " FROM page CROSS JOIN unnest($1::date[]) AS dates (on_date)"
            " LEFT JOIN loan_standing stood ON stood.customer_id = page.customer_id"
            " AND stood.loan_id = page.id AND stood.from_on <= dates.on_date"
            " AND (stood.to_on IS NULL OR stood.to_on > dates.on_date)"
            " ORDER BY page.customer_id, page.id, dates.on_date",
            dates, *after, LOANS_A_PAGE, *scope.values,
        )  # fmt: skip
        if not found:
            return
        after = found[-1]["customer_id"], found[-1]["id"]
        for row in found:
            # Before it was paid out a loan did not stand anyhow.
            if row["bucket"] is not None:
                yield Stood(
                    source_number=row["source_number"],
                    on=row["on_date"],
                    days_past_due=days_past_due(row["overdue_since"], row["on_date"]),
                    bucket=row["bucket"],
                    overdue_minor=row["overdue_minor"],
                    currency=row["currency"],
                )
