"""Truths about what stands around the book: cases, directories, the business day, who did what."""

from types import MappingProxyType

from app.i18n import N_
from app.operation.check.truth import SqlTruth

_CUSTOMERS = "SELECT count(*) FROM customer"
_NONE = MappingProxyType[str, str]({})

CASES_OPEN = SqlTruth(
    "cases_open",
    N_("Each borrower in arrears has one open case; nobody else has one."),
    _CUSTOMERS,
    "SELECT customer.id FROM customer"
    " LEFT JOIN late ON late.customer_id = customer.id"
    " LEFT JOIN opened ON opened.customer_id = customer.id"
    " WHERE coalesce(opened.cases, 0) <> CASE WHEN late.customer_id IS NULL THEN 0 ELSE 1 END",
    MappingProxyType(
        {
            "late": "SELECT DISTINCT customer_id FROM loan WHERE overdue_since IS NOT NULL",
            "opened": "SELECT customer_id, count(*) AS cases FROM collection_case"
            " WHERE closed_on IS NULL GROUP BY customer_id",
        }
    ),
)
CASE_SUMS = SqlTruth(
    "case_sums",
    N_("Each open case sums what its borrower's loans owe, currency by currency."),
    "SELECT count(*) FROM collection_case WHERE closed_on IS NULL",
    "SELECT collection_case.id FROM collection_case LEFT JOIN owed"
    " ON owed.customer_id = collection_case.customer_id"
    " WHERE collection_case.closed_on IS NULL AND (collection_case.overdue_since,"
    " collection_case.overdue_loan_count::numeric, collection_case.overdue_other"
    " || jsonb_build_object(collection_case.currency, collection_case.overdue_minor))"
    " IS DISTINCT FROM (owed.since, owed.loans, owed.by_currency)",
    MappingProxyType(
        {
            "owed_in": "SELECT customer_id, currency, sum(overdue_minor) AS minor, count(*)"
            " AS loans, min(overdue_since) AS since FROM loan WHERE overdue_since IS NOT NULL"
            " GROUP BY customer_id, currency",
            "owed": "SELECT customer_id, min(since) AS since, sum(loans) AS loans,"
            " jsonb_object_agg(currency, minor) AS by_currency FROM owed_in GROUP BY customer_id",
        }
    ),
)
DIRECTORY = SqlTruth(
    "directory",
    N_("Each loan is found by its number in the source system, and each number leads to a loan."),
    "SELECT count(*) FROM loan",
    "SELECT coalesce(loan.id, loan_directory.loan_id) AS id FROM loan FULL JOIN loan_directory"
    " ON loan_directory.loan_id = loan.id AND loan_directory.customer_id = loan.customer_id"
    " WHERE loan.id IS NULL OR loan.source_number IS DISTINCT FROM loan_directory.source_number",
    _NONE,
)
SEARCH_KEYS = SqlTruth(
    "search_keys",
    N_("Each borrower is found by the name, phone and ID number that are on file."),
    _CUSTOMERS,
    "SELECT customer.id FROM customer LEFT JOIN keyed ON keyed.customer_id = customer.id"
    " WHERE (customer.name IS NOT NULL AND NOT coalesce('name' = ANY(keyed.kinds), FALSE))"
    " OR (customer.phone IS NOT NULL AND NOT coalesce('phone' = ANY(keyed.kinds), FALSE))"
    " OR (customer.id_number IS NOT NULL"
    " AND NOT coalesce('id_number' = ANY(keyed.kinds), FALSE))",
    MappingProxyType(
        {
            "keyed": "SELECT customer_id, array_agg(DISTINCT kind::text) AS kinds"
            " FROM customer_key GROUP BY customer_id"
        }
    ),
)
BUSINESS_DAY = SqlTruth(
    "business_day",
    N_("The business date is where the last finished close left it, and at most one close runs."),
    "SELECT count(*) FROM business_day",
    "SELECT id FROM business_day WHERE id <> 1"
    " OR on_date < coalesce((SELECT max(to_date) FROM day_close WHERE state = 'done'), on_date)"
    " OR (SELECT count(*) FROM day_close WHERE state = 'running') > 1"
    " OR EXISTS (SELECT 1 FROM day_close WHERE state = 'running' AND from_date <> on_date)",
    _NONE,
)
SHARDS_COUNTED = SqlTruth(
    "shards_counted",
    N_("Each finished close has closed all of its shards."),
    "SELECT count(*) FROM day_close WHERE state = 'done'",
    "SELECT to_date - DATE '2000-01-01' AS id FROM day_close WHERE state = 'done'"
    " AND shard_count <> (SELECT count(*) FROM day_close_shard"
    " WHERE day_close_shard.to_date = day_close.to_date)",
    _NONE,
)
QUARANTINE_EMPTY = SqlTruth(
    "quarantine_empty",
    N_("No loan is in quarantine."),
    "SELECT count(*) FROM loan",
    "SELECT loan_id AS id FROM quarantine WHERE released_at IS NULL",
    _NONE,
)
EVENTS_EXPLAINED = SqlTruth(
    "events_explained",
    N_("Each event of a loan names the entry of the audit log that explains it."),
    "SELECT count(*) FROM loan_event",
    "SELECT id FROM loan_event WHERE NOT EXISTS"
    " (SELECT 1 FROM audit_entry WHERE audit_entry.id = loan_event.audit_id)",
    _NONE,
)
CASE_EVENTS_EXPLAINED = SqlTruth(
    "case_events_explained",
    N_("Each event of a case names the entry of the audit log that explains it."),
    "SELECT count(*) FROM case_event",
    "SELECT id FROM case_event WHERE audit_id IS NULL OR NOT EXISTS"
    " (SELECT 1 FROM audit_entry WHERE audit_entry.id = case_event.audit_id)",
    _NONE,
)

AROUND_TRUTHS = (
    CASES_OPEN,
    CASE_SUMS,
    DIRECTORY,
    SEARCH_KEYS,
    BUSINESS_DAY,
    SHARDS_COUNTED,
    QUARANTINE_EMPTY,
    EVENTS_EXPLAINED,
    CASE_EVENTS_EXPLAINED,
)
