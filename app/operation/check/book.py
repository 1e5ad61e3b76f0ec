"""Truths about the tables of the book, each found by one statement over all of it."""

from collections.abc import Mapping
from types import MappingProxyType

from app.i18n import N_
from app.loan.bucket import LAST_DAYS
from app.operation.check.truth import SqlTruth

_LOANS = "SELECT count(*) FROM loan"
_PAYMENTS = "SELECT count(*) FROM payment"
_NONE: Mapping[str, str] = MappingProxyType({})

_LEFT = (
    "principal_minor + interest_minor + fee_minor"
    " - principal_paid_minor - interest_paid_minor - fee_paid_minor"
)
_FIRST_DAYS = f"ARRAY[{', '.join(str(day + 1) for day in LAST_DAYS)}]"

# On which date each part of the borrowers stands: while a close runs, closed shards are a day
# ahead.
_PARTS = MappingProxyType(
    {
        "ahead": "SELECT day_close.to_date, day_close.shard_count, day_close_shard.shard"
        " FROM day_close JOIN day_close_shard ON day_close_shard.to_date = day_close.to_date"
        " WHERE day_close.state = 'running'",
        "part": "SELECT number, coalesce((SELECT max(to_date) FROM ahead"
        " WHERE shard = number % shard_count),"
        " (SELECT on_date FROM business_day WHERE id = 1)) AS on_date"
        " FROM generate_series(0, 63) AS number",
    }
)
_SUMS = MappingProxyType(
    {
        "summed": "SELECT customer_id, loan_id, count(*) AS instalments,"
        " sum(principal_minor) AS principal,"
        " sum(principal_minor - principal_paid_minor) AS principal_left,"
        " sum(interest_minor - interest_paid_minor) AS interest_left,"
        " sum(principal_paid_minor) AS principal_paid, sum(interest_paid_minor) AS interest_paid,"
        " sum(fee_paid_minor) AS fee_paid FROM instalment GROUP BY customer_id, loan_id"
    }
)
_DRAWN = MappingProxyType(
    {
        **_PARTS,
        "drawn": "SELECT instalment.customer_id, instalment.loan_id,"
        f" sum({_LEFT}) FILTER (WHERE due_on < on_date) AS overdue,"
        f" min(due_on) FILTER (WHERE due_on < on_date AND {_LEFT} > 0) AS since,"
        f" min(due_on) FILTER (WHERE due_on >= on_date AND {_LEFT} > 0) AS next_due_on"
        " FROM instalment JOIN part ON part.number = instalment.customer_id % 64"
        " GROUP BY instalment.customer_id, instalment.loan_id",
        # Of a loan that is closed nothing is late, whatever its instalments say.
        "owing": "SELECT loan.customer_id, loan.id, on_date, coalesce(overdue, 0) AS overdue,"
        " since, drawn.next_due_on FROM loan JOIN part ON part.number = loan.customer_id % 64"
        " LEFT JOIN drawn ON drawn.customer_id = loan.customer_id AND drawn.loan_id = loan.id"
        " AND loan.status = 'active'",
        "standing": f"SELECT *, coalesce(width_bucket(on_date - since, {_FIRST_DAYS}), 0) AS bucket"
        " FROM owing",
    }
)

SCHEDULE_SUMS = SqlTruth(
    "schedule_sums",
    N_("Each schedule has the instalments and the principal that it began with."),
    _LOANS,
    "SELECT loan.id FROM loan LEFT JOIN summed ON summed.customer_id = loan.customer_id"
    " AND summed.loan_id = loan.id WHERE (summed.instalments IS DISTINCT FROM loan.instalment_count"
    " OR summed.principal IS DISTINCT FROM loan.principal_minor)"
    # A book may give the first part of a schedule only: then its opening tells what there must be.
    " AND NOT EXISTS (SELECT 1 FROM loan_event WHERE loan_event.customer_id = loan.customer_id"
    " AND loan_event.loan_id = loan.id AND loan_event.sequence = 1"
    " AND jsonb_array_length(loan_event.payload -> 'schedule') = summed.instalments"
    " AND (SELECT sum((line ->> 2)::numeric)"
    " FROM jsonb_array_elements(loan_event.payload -> 'schedule') AS line) = summed.principal)",
    _SUMS,
)
BALANCES = SqlTruth(
    "balances",
    N_("What is left of a loan is what is left of its instalments."),
    _LOANS,
    "SELECT loan.id FROM loan LEFT JOIN summed ON summed.customer_id = loan.customer_id"
    " AND summed.loan_id = loan.id"
    # An early settlement lets off what its instalments still say.
    " WHERE (CASE WHEN loan.status = 'settled' THEN (0::numeric, 0::numeric)"
    " ELSE (summed.principal_left, summed.interest_left) END)"
    " IS DISTINCT FROM (loan.principal_left_minor::numeric, loan.interest_left_minor::numeric)",
    _SUMS,
)
PAID_WITHIN_DUE = SqlTruth(
    "paid_within_due",
    N_("No instalment is paid beyond what is due, and settled ones say when."),
    "SELECT count(*) FROM instalment",
    "SELECT id FROM instalment WHERE principal_paid_minor > principal_minor"
    " OR interest_paid_minor > interest_minor OR fee_paid_minor > fee_minor"
    " OR principal_paid_minor < 0 OR interest_paid_minor < 0 OR fee_paid_minor < 0"
    f" OR (settled_on IS NOT NULL AND {_LEFT} > 0)"
    f" OR (settled_on IS NULL AND {_LEFT} = 0"
    " AND principal_minor + interest_minor + fee_minor > 0)",
    _NONE,
)
OLDEST_FIRST = SqlTruth(
    "oldest_first",
    N_("No instalment is paid while an older one is open."),
    "SELECT count(*) FROM instalment",
    "SELECT id FROM (SELECT id, principal_paid_minor + interest_paid_minor + fee_paid_minor"
    f" AS paid, sum({_LEFT}) OVER (PARTITION BY customer_id, loan_id ORDER BY number"
    " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS older_left FROM instalment) AS row"
    " WHERE paid > 0 AND older_left > 0",
    _NONE,
)
PAYMENT_PARTS = SqlTruth(
    "payment_parts",
    N_("The parts of each payment sum to its amount."),
    _PAYMENTS,
    "SELECT id FROM payment WHERE amount_minor <> principal_minor + interest_minor + fee_minor"
    " + surplus_minor OR amount_minor <= 0",
    _NONE,
)
PAYMENT_EVENTS = SqlTruth(
    "payment_events",
    N_("Each payment is an event of its loan with the same amount and value date."),
    _PAYMENTS,
    "SELECT payment.id FROM payment LEFT JOIN loan_event"
    " ON loan_event.customer_id = payment.customer_id AND loan_event.id = payment.event_id"
    " WHERE loan_event.loan_id IS DISTINCT FROM payment.loan_id"
    " OR loan_event.kind <> 'payment' OR loan_event.value_on <> payment.value_on"
    " OR (loan_event.payload ->> 'amount_minor')::bigint IS DISTINCT FROM payment.amount_minor",
    _NONE,
)
MONEY_ARRIVED = SqlTruth(
    "money_arrived",
    N_("What payments brought is what instalments received."),
    _LOANS,
    "SELECT loan.id FROM loan LEFT JOIN summed ON summed.customer_id = loan.customer_id"
    " AND summed.loan_id = loan.id LEFT JOIN brought ON brought.customer_id = loan.customer_id"
    " AND brought.loan_id = loan.id"
    " WHERE (coalesce(summed.principal_paid, 0), coalesce(summed.interest_paid, 0),"
    " coalesce(summed.fee_paid, 0)) IS DISTINCT FROM (coalesce(brought.principal, 0),"
    " coalesce(brought.interest, 0), coalesce(brought.fee, 0))",
    MappingProxyType(
        {
            **_SUMS,
            "brought": "SELECT customer_id, loan_id, sum(principal_minor) AS principal,"
            " sum(interest_minor) AS interest, sum(fee_minor) AS fee FROM payment"
            " WHERE reversal_event_id IS NULL GROUP BY customer_id, loan_id",
        }
    ),
)
EVENTS_COUNTED = SqlTruth(
    "events_counted",
    N_("Each loan's events are numbered without a gap, from its opening on."),
    _LOANS,
    "SELECT loan.id FROM loan LEFT JOIN counted ON counted.customer_id = loan.customer_id"
    " AND counted.loan_id = loan.id WHERE (counted.events, counted.last, counted.openings)"
    " IS DISTINCT FROM (loan.event_count::bigint, loan.event_count, 1::bigint)",
    MappingProxyType(
        {
            "counted": "SELECT customer_id, loan_id, count(*) AS events, max(sequence) AS last,"
            " count(*) FILTER (WHERE kind = 'opened' AND sequence = 1) AS openings"
            " FROM loan_event GROUP BY customer_id, loan_id"
        }
    ),
)
NOT_FROM_THE_FUTURE = SqlTruth(
    "not_from_the_future",
    N_("No payment is dated after the day its loan stands on, or before it was paid out."),
    _PAYMENTS,
    "SELECT payment.id FROM payment JOIN loan ON loan.customer_id = payment.customer_id"
    " AND loan.id = payment.loan_id JOIN part ON part.number = payment.customer_id % 64"
    " WHERE payment.value_on > on_date OR payment.value_on < loan.disbursed_on",
    _PARTS,
)
CLOSED_LOANS = SqlTruth(
    "closed_loans",
    N_("A settled loan owes nothing, and a closed one waits for no date."),
    _LOANS,
    "SELECT id FROM loan WHERE (status = 'active') <> (closed_on IS NULL)"
    " OR (status = 'settled' AND principal_left_minor + interest_left_minor > 0)"
    " OR (status <> 'active' AND (next_change_on IS NOT NULL OR overdue_since IS NOT NULL))",
    _NONE,
)
STANDING = SqlTruth(
    "standing",
    N_("Each loan's standing is that of its oldest unpaid instalment on its day."),
    _LOANS,
    "SELECT loan.id FROM loan JOIN standing ON standing.customer_id = loan.customer_id"
    " AND standing.id = loan.id"
    " WHERE (loan.overdue_since, loan.overdue_minor::numeric, loan.bucket::int, loan.next_due_on)"
    " IS DISTINCT FROM (standing.since, standing.overdue, standing.bucket, standing.next_due_on)",
    _DRAWN,
)
NEXT_CHANGE = SqlTruth(
    "next_change",
    N_("Each loan knows the next date on which it changes by itself."),
    _LOANS,
    "SELECT loan.id FROM loan JOIN standing ON standing.customer_id = loan.customer_id"
    " AND standing.id = loan.id WHERE loan.next_change_on IS DISTINCT FROM"
    f" least(standing.next_due_on + 1, standing.since + ({_FIRST_DAYS})[standing.bucket + 1])"
    " OR loan.next_change_on <= standing.on_date",
    _DRAWN,
)
INTERVALS = SqlTruth(
    "intervals",
    N_("Each loan's history has no gap, no overlap and one open end."),
    _LOANS,
    "SELECT loan.id FROM loan LEFT JOIN joined ON joined.customer_id = loan.customer_id"
    " AND joined.loan_id = loan.id WHERE joined.open_ends IS DISTINCT FROM 1 OR joined.seams > 0"
    " OR NOT joined.ends_open OR joined.begins <> loan.disbursed_on",
    MappingProxyType(
        {
            "joined": "SELECT customer_id, loan_id,"
            " count(*) FILTER (WHERE to_on IS NULL) AS open_ends, min(from_on) AS begins,"
            " count(*) FILTER (WHERE next_from IS NOT NULL AND to_on IS DISTINCT FROM next_from)"
            " AS seams, bool_and(to_on IS NULL) FILTER (WHERE next_from IS NULL) AS ends_open"
            " FROM (SELECT *, lead(from_on) OVER (PARTITION BY customer_id, loan_id"
            " ORDER BY from_on) AS next_from FROM loan_standing) AS row"
            " GROUP BY customer_id, loan_id"
        }
    ),
)
OPEN_INTERVAL = SqlTruth(
    "open_interval",
    N_("The open end of each history is how the loan stands now."),
    _LOANS,
    "SELECT loan.id FROM loan LEFT JOIN loan_standing ON loan_standing.customer_id ="
    " loan.customer_id AND loan_standing.loan_id = loan.id AND loan_standing.to_on IS NULL"
    " WHERE (loan_standing.bucket, loan_standing.overdue_since, loan_standing.overdue_minor,"
    " loan_standing.principal_left_minor) IS DISTINCT FROM (loan.bucket, loan.overdue_since,"
    " loan.overdue_minor, CASE WHEN loan.overdue_since IS NOT NULL"
    " THEN loan.principal_left_minor END)",
    _NONE,
)

BOOK_TRUTHS = (
    SCHEDULE_SUMS,
    BALANCES,
    PAID_WITHIN_DUE,
    OLDEST_FIRST,
    PAYMENT_PARTS,
    PAYMENT_EVENTS,
    MONEY_ARRIVED,
    EVENTS_COUNTED,
    NOT_FROM_THE_FUTURE,
    CLOSED_LOANS,
    STANDING,
    NEXT_CHANGE,
    INTERVALS,
    OPEN_INTERVAL,
)
