"""The fast way by COPY and the slow way by verbs lead to the same rows."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app import database as db
from app.loan import projection
from app.loan.actions import post_payment, reverse_payment
from app.loan.locks import lock_loan
from app.loan.order import PostPayment, ReversePayment
from app.money import parse_amount
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")

# Partial, early, late, in one sum, taken back, on the day of the close, more than is owed.
PAYMENTS = """\
payment_key,loan_key,paid_on,amount,channel,reversed_on
P1,L1,2025-11-18,400.00,wallet,
P2,L1,2025-11-25,620.07,transfer,
P3,L1,2025-12-28,1020.07,direct_debit,2026-01-04
P4,L1,2026-01-10,2500.00,transfer,
P5,L2,2025-11-01,112.00,wallet,
P6,L2,2026-03-15,50.00,counter,
P7,L3,2026-01-14,309.00,counter,2026-01-20
P8,L3,2026-02-15,309.00,counter,
"""
TABLES = {
    "loan": "source_number, currency, principal_minor, annual_rate, method, instalment_count,"
    " disbursed_on, matures_on, status, closed_on, principal_left_minor, interest_left_minor,"
    " overdue_minor, overdue_since, bucket, next_due_on, next_change_on, event_count, extra",
    "instalment": "source_number, number, due_on, instalment.principal_minor, interest_minor,"
    " fee_minor, principal_paid_minor, interest_paid_minor, fee_paid_minor, settled_on",
    "payment": "source_number, amount_minor, payment.principal_minor, interest_minor, fee_minor,"
    " surplus_minor, value_on, channel, reference, reversal_event_id IS NULL AS stands",
    "loan_standing": "source_number, from_on, to_on, loan_standing.bucket,"
    " loan_standing.overdue_since, loan_standing.overdue_minor,"
    " loan_standing.principal_left_minor",
}


async def test_every_table_is_the_same(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "fast", payments=PAYMENTS))
    fast = {table: await _rows(table) for table in TABLES}
    await db.rows("SELECT suite.clean()")
    bare = {name: text for name, text in books.BOOK.items() if name != "payments.csv"}
    await books.bring_in(books.write(tmp_path / "slow", bare))
    await _book_by_verbs()
    for table, rows in fast.items():
        assert rows == await _rows(table), table
    assert len(fast["payment"]) == 8


async def _book_by_verbs() -> None:
    lines = [line.split(",") for line in PAYMENTS.splitlines()[1:]]
    moves = [(paid_on, "post", line) for line in lines for paid_on in [line[2]]]
    moves += [(line[5], "reverse", line) for line in lines if line[5]]
    for on, what, (key, loan_key, paid_on, amount, channel, _) in sorted(moves):
        await db.execute("UPDATE business_day SET on_date = $1", date.fromisoformat(on))
        if what == "post":
            place = await _place(loan_key)
            order = PostPayment(
                customer_id=place["customer_id"], loan_id=place["loan_id"],
                amount_minor=parse_amount(amount, "CNY"), currency="CNY",
                value_on=date.fromisoformat(paid_on), channel=channel, reference=key,
            )  # fmt: skip
            await post_payment(books.SYSTEM, order, key=key)
        else:
            payment_id = await db.value("SELECT id FROM payment WHERE reference = $1", key)
            place = await _place(loan_key)
            back = ReversePayment(
                customer_id=place["customer_id"],
                loan_id=place["loan_id"],
                payment_id=payment_id,
                reason="source system",
            )
            await reverse_payment(books.SYSTEM, back, key=f"back {key}")
    await db.execute("UPDATE business_day SET on_date = $1", date(2026, 3, 15))
    for loan_key in ("L1", "L2", "L3"):
        await _draw_again(loan_key)


async def _draw_again(loan_key: str) -> None:
    """What the close does day by day: the standing of the last date."""
    place = await _place(loan_key)
    order = PostPayment(
        customer_id=place["customer_id"], loan_id=place["loan_id"], amount_minor=1,
        currency="CNY", value_on=date.max,
    )  # fmt: skip
    loan = await lock_loan(books.SYSTEM, order, for_update=False)
    await projection.redraw(loan, event_count=loan.event_count)


async def _place(loan_key: str) -> dict[str, int]:
    found = await db.row(
        "SELECT customer_id, loan_id FROM loan_directory WHERE source_number = $1", loan_key
    )
    assert found is not None
    return found


async def _rows(table: str) -> list[dict[str, Any]]:
    columns = TABLES[table]
    if table == "loan":
        return await db.rows(f"SELECT {columns} FROM loan ORDER BY source_number")
    joined = (
        f"SELECT {columns} FROM {table} JOIN loan_directory"
        f" ON loan_directory.customer_id = {table}.customer_id"
        f" AND loan_directory.loan_id = {table}.loan_id"
    )
    order = {"instalment": "number", "payment": "reference", "loan_standing": "from_on"}[table]
    return await db.rows(f"{joined} ORDER BY source_number, {order}")
