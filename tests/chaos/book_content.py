"""What an import wrote, by what it means: ids, times and ciphertext are others each time."""

from app import database as db

_OF_LOAN = "JOIN loan ON loan.customer_id = {0}.customer_id AND loan.id = {0}.loan_id"
_OF_CUSTOMER = (
    "JOIN customer_key AS own ON own.customer_id = {0}.customer_id AND own.kind = 'source'"
)
_MAYBE_LOAN = f"LEFT {_OF_LOAN}"


def _loans(table: str, columns: str) -> str:
    return f"SELECT source_number, {columns} FROM {table} {_OF_LOAN.format(table)}"


def _customers(table: str, columns: str) -> str:
    return f"SELECT own.digest, {columns} FROM {table} {_OF_CUSTOMER.format(table)}"


def _both(table: str, columns: str) -> str:
    joined = f"{_OF_CUSTOMER.format(table)} {_MAYBE_LOAN.format(table)}"
    return f"SELECT own.digest, source_number, {columns} FROM {table} {joined}"


_WRITTEN = {
    "customer": "SELECT own.digest, customer.kind, branch.code, team.code, language, extra,"
    " num_nulls(customer.name, phone, email, id_number, address), version FROM customer"
    " JOIN customer_key AS own ON own.customer_id = customer.id AND own.kind = 'source'"
    " LEFT JOIN branch ON branch.id = branch_id LEFT JOIN team ON team.id = team_id",
    "customer_key": "SELECT own.digest, other.kind, other.digest FROM customer_key AS other "
    + _OF_CUSTOMER.format("other"),
    "loan": "SELECT own.digest, source_number, product.code, loan.currency, principal_minor,"
    " annual_rate, loan.method, instalment_count, disbursed_on, matures_on, status, closed_on,"
    " principal_left_minor, interest_left_minor, overdue_minor, overdue_since, bucket,"
    " next_due_on, next_change_on, event_count, extra, version FROM loan"
    f" LEFT JOIN product ON product.id = product_id {_OF_CUSTOMER.format('loan')}",
    "loan_directory": _loans("loan_directory", "loan_directory.source_number AS other").replace(
        "SELECT source_number", "SELECT loan.source_number"
    ),
    "loan_event": _loans("loan_event", "sequence, kind, value_on, business_date, payload"),
    "instalment": _loans(
        "instalment",
        "number, due_on, instalment.principal_minor, interest_minor, fee_minor,"
        " principal_paid_minor, interest_paid_minor, fee_paid_minor, settled_on",
    ),
    "payment": _loans(
        "payment",
        "amount_minor, payment.principal_minor, interest_minor, fee_minor, surplus_minor,"
        " value_on, channel, reference, reversal_event_id IS NULL",
    ),
    "loan_standing": _loans(
        "loan_standing",
        "from_on, to_on, loan_standing.bucket, loan_standing.overdue_since,"
        " loan_standing.overdue_minor, loan_standing.principal_left_minor",
    ),
    "related_party": _both(
        "related_party", "source_key, role, relation, num_nulls(name, phone), related_party.extra"
    ),
    "security_item": _loans(
        "security_item", "source_key, security_item.kind, description, expires_on, released_on"
    ),
    "security_valuation": "SELECT source_key, valued_on, value_minor, valuer"
    " FROM security_valuation AS value JOIN security_item AS item"
    " ON item.customer_id = value.customer_id AND item.id = value.security_item_id",
    "contact_record": _both("contact_record", "source_key, at, channel, direction, outcome, agent"),
    "collection_case": _customers(
        "collection_case",
        "stage, opened_on, next_action_on, overdue_since, overdue_minor, overdue_loan_count",
    ),
    "case_event": _customers("case_event", "case_event.kind, to_stage, business_date"),
    "live_event": _customers("live_event", "from_stage, to_stage"),
    "import_batch": "SELECT number, digest, row_count FROM import_batch",
    "import_run": "SELECT digest, state, rows_total, rows_done, counts FROM import_run",
    "business_day": "SELECT on_date FROM business_day",
}


async def book_content() -> dict[str, tuple[int, int]]:
    """Rows of each table, and one number for what they hold, in whatever order."""
    return {table: await _content(sql) for table, sql in _WRITTEN.items()}


async def _content(sql: str) -> tuple[int, int]:
    found = await db.row(
        "SELECT count(*) AS count,"
        " coalesce(sum(hashtextextended(written::text, 0)::numeric), 0)::text AS content"
        f" FROM ({sql}) AS written"
    )
    assert found is not None
    return found["count"], int(found["content"])
