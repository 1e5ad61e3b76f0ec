"""What the models cannot say: composite keys by borrower, checks and the indexes that pages live
on.

Every key of a borrower table carries `customer_id`, so that the tables can be spread by borrower
as they are."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Parents that others point to by (customer_id, id).
PARENTS = ("loan", "loan_event", "payment", "collection_case", "security_item")

# child, column, parent: (customer_id, column) → (customer_id, id).
BORROWER_KEYS = (
    ("related_party", "loan_id", "loan"),
    ("loan_event", "loan_id", "loan"),
    ("instalment", "loan_id", "loan"),
    ("payment", "loan_id", "loan"),
    ("payment", "event_id", "loan_event"),
    ("payment", "reversal_event_id", "loan_event"),
    ("loan_standing", "loan_id", "loan"),
    ("security_item", "loan_id", "loan"),
    ("security_valuation", "security_item_id", "security_item"),
    ("case_event", "case_id", "collection_case"),
    ("contact_record", "loan_id", "loan"),
    ("reminder", "loan_id", "loan"),
)

# child, column, parent: one column, to the borrower himself or to a shared table.
SIMPLE_KEYS = (
    ("related_party", "customer_id", "customer"),
    ("loan", "customer_id", "customer"),
    ("collection_case", "customer_id", "customer"),
    ("contact_record", "customer_id", "customer"),
    ("customer", "branch_id", "branch"),
    ("customer", "team_id", "team"),
    ("customer", "owner_id", "user_account"),
    ("loan", "product_id", "product"),
    ("collection_case", "branch_id", "branch"),
    ("collection_case", "team_id", "team"),
    ("collection_case", "assignee_id", "user_account"),
    ("customer_key", "customer_id", "customer"),
    ("loan_directory", "customer_id", "customer"),
    ("quarantine", "customer_id", "customer"),
)

UNIQUES = (
    "instalment (customer_id, loan_id, number)",
    "loan_event (customer_id, loan_id, sequence)",
    "loan_standing (customer_id, loan_id, from_on)",
    "reminder (customer_id, loan_id, instalment_number, reason, days)",
    "customer_key (kind, digest, customer_id)",
    "service_token (token_hash)",
)

CHECKS = (
    (
        "loan",
        "terms",
        "principal_minor > 0 AND instalment_count > 0 AND matures_on >= disbursed_on",
    ),
    (
        "loan",
        "left",
        "principal_left_minor BETWEEN 0 AND principal_minor AND interest_left_minor >= 0",
    ),
    ("loan", "overdue", "overdue_minor >= 0 AND (overdue_minor > 0) = (overdue_since IS NOT NULL)"),
    ("loan", "bucket", "bucket BETWEEN 0 AND 99 AND (bucket > 0) = (overdue_since IS NOT NULL)"),
    ("loan", "closed", "(status = 'active') = (closed_on IS NULL)"),
    ("loan", "rate", "annual_rate IS NULL OR (annual_rate >= 0 AND annual_rate <> 'NaN')"),
    ("loan", "currency", "currency ~ '^[A-Z]{3}$'"),
    (
        "instalment",
        "due",
        "number > 0 AND principal_minor >= 0 AND interest_minor >= 0 AND fee_minor >= 0",
    ),
    (
        "instalment",
        "paid",
        "principal_paid_minor BETWEEN 0 AND principal_minor"
        " AND interest_paid_minor BETWEEN 0 AND interest_minor"
        " AND fee_paid_minor BETWEEN 0 AND fee_minor",
    ),
    (
        "payment",
        "sums",
        "amount_minor > 0 AND principal_minor >= 0 AND interest_minor >= 0 AND fee_minor >= 0"
        " AND surplus_minor >= 0"
        " AND amount_minor = principal_minor + interest_minor + fee_minor + surplus_minor",
    ),
    ("loan_event", "sequence", "sequence > 0"),
    ("loan_standing", "interval", "to_on IS NULL OR to_on > from_on"),
    (
        "loan_standing",
        "overdue",
        "(bucket > 0) = (overdue_since IS NOT NULL) AND overdue_minor >= 0",
    ),
    ("collection_case", "debt", "overdue_minor > 0 AND overdue_loan_count > 0"),
    ("collection_case", "closed", "(closed_on IS NULL) = (close_reason IS NULL)"),
    ("security_valuation", "value", "value_minor >= 0"),
    ("business_day", "one_row", "id = 1"),
)

# name, definition after CREATE INDEX name; each serves a named read.
INDEXES = (
    ("customer_source", "UNIQUE", "customer_key (digest) WHERE kind = 'source'"),
    ("customer_scope_team", "", "customer (team_id, id)"),
    ("customer_scope_branch", "", "customer (branch_id, id)"),
    ("related_party_customer", "", "related_party (customer_id)"),
    # The close takes the loans whose date has come, shard by shard.
    (
        "loan_change_due",
        "",
        "loan ((customer_id % 64), next_change_on) WHERE next_change_on IS NOT NULL",
    ),
    # The close plans reminders for what falls due soon and for what is late, shard by shard.
    (
        "loan_due_ahead",
        "",
        "loan ((customer_id % 64), next_due_on) WHERE next_due_on IS NOT NULL",
    ),
    (
        "loan_late_by_shard",
        "",
        "loan ((customer_id % 64), overdue_since) WHERE overdue_since IS NOT NULL",
    ),
    ("loan_next_due", "", "loan (next_due_on, id) WHERE next_due_on IS NOT NULL"),
    ("loan_overdue_since", "", "loan (overdue_since, id) WHERE overdue_since IS NOT NULL"),
    ("loan_bucket", "", "loan (bucket, id) WHERE bucket > 0"),
    ("loan_disbursed", "", "loan (disbursed_on, id)"),
    ("payment_loan", "", "payment (customer_id, loan_id, value_on)"),
    ("payment_value", "", "payment (value_on, id)"),
    ("standing_open", "UNIQUE", "loan_standing (customer_id, loan_id) WHERE to_on IS NULL"),
    ("standing_overdue", "", "loan_standing (from_on, to_on) WHERE bucket > 0"),
    ("security_loan", "", "security_item (customer_id, loan_id)"),
    ("valuation_item", "", "security_valuation (customer_id, security_item_id, valued_on)"),
    ("case_open", "UNIQUE", "collection_case (customer_id) WHERE closed_on IS NULL"),
    (
        "case_board",
        "",
        "collection_case (stage, overdue_since, id) WHERE closed_on IS NULL",
    ),
    (
        "case_board_team",
        "",
        "collection_case (team_id, stage, overdue_since, id) WHERE closed_on IS NULL",
    ),
    (
        "case_board_branch",
        "",
        "collection_case (branch_id, stage, overdue_since, id) WHERE closed_on IS NULL",
    ),
    (
        "case_board_own",
        "",
        "collection_case (assignee_id, stage, overdue_since, id) WHERE closed_on IS NULL",
    ),
    ("case_overdue", "", "collection_case (overdue_since, id) WHERE closed_on IS NULL"),
    # The few with debts in several currencies: a column's sums need not look for them.
    (
        "case_other_currency",
        "",
        "collection_case (stage) WHERE closed_on IS NULL AND overdue_other <> '{}'",
    ),
    ("case_event_case", "", "case_event (customer_id, case_id, id)"),
    ("contact_customer", "", "contact_record (customer_id, at)"),
    ("outbox_due", "", "outbox (hand_at, id) WHERE done_at IS NULL"),
    ("reminder_planned", "", "reminder (planned_on, state)"),
    # The audit page, newest first, by each of its filters.
    ("audit_customer", "", "audit_entry (customer_id, at, id) WHERE customer_id IS NOT NULL"),
    ("audit_at", "", "audit_entry (at, id)"),
    ("audit_verb", "", "audit_entry (verb, at, id)"),
    ("audit_actor", "", "audit_entry (actor, at, id)"),
    ("problem_run", "", "import_problem (import_run_id, id)"),
    ("report_asked", "", "report_run (asked_by_id, id)"),
    ("quarantine_open", "UNIQUE", "quarantine (customer_id, loan_id) WHERE released_at IS NULL"),
)


def _statements() -> list[str]:
    statements = [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_by_borrower UNIQUE (customer_id, id)"
        for table in PARENTS
    ]
    statements += [
        f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk"
        f" FOREIGN KEY (customer_id, {column})"
        f" REFERENCES {parent} (customer_id, id) ON DELETE RESTRICT"
        for child, column, parent in BORROWER_KEYS
    ]
    statements += [
        f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
        f" REFERENCES {parent} (id) ON DELETE RESTRICT"
        for child, column, parent in SIMPLE_KEYS
    ]
    for definition in UNIQUES:
        table, columns = definition.split(" ", 1)
        name = f"{table}_{columns.strip('()').replace(', ', '_')}_key"[:60]
        statements.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE {columns}")
    statements += [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition})"
        for table, name, condition in CHECKS
    ]
    statements += [f"CREATE {kind} INDEX {name} ON {rest}" for name, kind, rest in INDEXES]
    return statements


class Migration(migrations.Migration):
    dependencies = [("app", "0001_initial")]

    operations = [ops.RunSQL(_statements())]
