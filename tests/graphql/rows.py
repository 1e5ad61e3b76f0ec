"""Many plain rows at once, for tests of lists: no events, no schedules behind them."""

from app import database
from tests.factories import make_customer


async def insert_loans(count: int, *, customer_id: int | None = None, days: int = 5) -> None:
    """Over a few days only, so that many share one: ties are what paging stumbles over."""
    customer_id = customer_id or await make_customer()
    await database.execute(
        "INSERT INTO loan (customer_id, source_number, currency, principal_minor, annual_rate,"
        " method, instalment_count, disbursed_on, matures_on, status, principal_left_minor,"
        " interest_left_minor, overdue_minor, overdue_since, bucket, next_due_on, event_count,"
        " extra, version)"
        " SELECT $1, 'S' || n, 'CNY', 100000, 0.1, '', 12, date '2026-01-01' + n % $3,"
        " date '2027-01-01', 'active', 100000, 0,"
        " CASE WHEN n % 3 = 0 THEN 0 ELSE 500 END,"
        " CASE WHEN n % 3 = 0 THEN NULL ELSE date '2026-02-01' + n % $3 END,"
        " CASE WHEN n % 3 = 0 THEN 0 ELSE 1 END,"
        " CASE WHEN n % 4 = 0 THEN NULL ELSE date '2026-04-01' + n % $3 END, 1, '{}', 1"
        " FROM generate_series(1, $2) AS n",
        customer_id, count, days,
    )  # fmt: skip


async def insert_customers(count: int) -> None:
    await database.execute(
        "INSERT INTO customer (kind, language, extra, version, created_at)"
        " SELECT 'person', 'zh', '{}', 1, now() FROM generate_series(1, $1)",
        count,
    )


async def insert_cases(count: int) -> None:
    """One for each of so many new borrowers; a third of them closed."""
    await insert_customers(count)
    await database.execute(
        "INSERT INTO collection_case (customer_id, stage, opened_on, stage_since, closed_on,"
        " close_reason, overdue_since, overdue_minor, currency, overdue_other,"
        " overdue_loan_count, version)"
        " SELECT id, CASE WHEN id % 2 = 0 THEN 'promised' ELSE 'to_contact' END,"
        " date '2026-02-01', date '2026-02-01',"
        " CASE WHEN id % 3 = 0 THEN date '2026-03-01' END,"
        " CASE WHEN id % 3 = 0 THEN 'cured' END,"
        " date '2026-01-01' + (id % 5)::int, 1000, 'CNY', '{}', 1, 1"
        " FROM (SELECT id FROM customer ORDER BY id DESC LIMIT $1) AS newest",
        count,
    )


async def insert_payments(count: int) -> None:
    await insert_loans(1)
    await database.execute(
        "WITH booked AS ("
        " INSERT INTO loan_event (customer_id, loan_id, sequence, kind, value_on, business_date,"
        " booked_at, payload, audit_id)"
        " SELECT customer_id, id, n, 'payment', date '2026-01-01' + n % 5, date '2026-03-15',"
        " now(), '{}', 0"
        " FROM (SELECT customer_id, id FROM loan ORDER BY id DESC LIMIT 1) AS loan,"
        " generate_series(1, $1) AS n"
        " RETURNING id, customer_id, loan_id, value_on, booked_at)"
        " INSERT INTO payment (customer_id, loan_id, event_id, amount_minor, principal_minor,"
        " interest_minor, fee_minor, surplus_minor, value_on, booked_at, channel, reference)"
        " SELECT customer_id, loan_id, id, 100, 100, 0, 0, 0, value_on, booked_at, '', ''"
        " FROM booked",
        count,
    )
