"""The close of one shard, as three statements: loans, cases (see `app.collection.case`), reminders.

Each joins on the borrower and takes times as parameters, so that tables spread by borrower run
them where the rows are."""

from app.loan.bucket import LAST_DAYS

# The first day past due of M1, M2 …
FIRST_DAYS = [day + 1 for day in LAST_DAYS]


# What is left of an instalment, and whether nobody set the loan aside.
_LEFT = (
    "instalment.principal_minor + instalment.interest_minor + instalment.fee_minor"
    " - instalment.principal_paid_minor - instalment.interest_paid_minor"
    " - instalment.fee_paid_minor"
)
_IN_SERVICE = (
    "NOT EXISTS (SELECT 1 FROM quarantine WHERE quarantine.customer_id = loan.customer_id"
    " AND quarantine.loan_id = loan.id AND quarantine.released_at IS NULL)"
)
_OF_THE_SHARD = (
    "loan.customer_id % 64 = ANY($1::bigint[])"
    " AND ($3::bigint[] IS NULL OR loan.id = ANY($3::bigint[]))"
)

DUE_LOANS = (
    f"SELECT loan.id FROM loan WHERE {_OF_THE_SHARD} AND loan.next_change_on <= $2"
    f" AND {_IN_SERVICE} ORDER BY loan.id"
)

# How loans stand on $2, judged: a loan whose rows contradict each other has a code. $4 holds the
# first day past due of each bucket from M1 on. The words of the codes are in `quarantine.py`.
_JUDGED = f"""
drawn AS (
  SELECT due.customer_id, due.loan_id, count(instalment.id) AS instalments,
    coalesce(sum(instalment.principal_minor - instalment.principal_paid_minor), 0)
      AS principal_left,
    coalesce(sum({_LEFT}) FILTER (WHERE instalment.due_on < $2), 0)::bigint AS overdue,
    min(instalment.due_on) FILTER (WHERE instalment.due_on < $2 AND {_LEFT} > 0) AS since,
    min(instalment.due_on) FILTER (WHERE instalment.due_on >= $2 AND {_LEFT} > 0) AS next_due_on
  FROM due LEFT JOIN instalment
    ON instalment.customer_id = due.customer_id AND instalment.loan_id = due.loan_id
  GROUP BY due.customer_id, due.loan_id
), stood AS (
  SELECT due.*, drawn.instalments, drawn.principal_left, drawn.overdue, drawn.since,
    drawn.next_due_on, coalesce(width_bucket($2 - drawn.since, $4::int[]), 0) AS bucket,
    CASE WHEN drawn.since IS NOT NULL THEN due.principal_left_minor END AS kept_left
  FROM due JOIN drawn ON drawn.customer_id = due.customer_id AND drawn.loan_id = due.loan_id
), judged AS (
  SELECT stood.*, least(stood.next_due_on + 1, stood.since + ($4::int[])[stood.bucket + 1])
      AS next_change_on,
    (former.bucket, former.overdue_since, former.overdue_minor, former.principal_left_minor)
      IS DISTINCT FROM (stood.bucket::smallint, stood.since, stood.overdue, stood.kept_left)
      AS turns,
    CASE
      WHEN stood.instalments <> stood.instalment_count THEN 'schedule_incomplete'
      WHEN stood.principal_left <> stood.principal_left_minor THEN 'balance_differs'
      WHEN former.from_on IS NULL OR former.from_on > $2 THEN 'history_broken'
    END AS code,
    CASE
      WHEN stood.instalments <> stood.instalment_count THEN jsonb_build_object(
        'expected', stood.instalment_count, 'found', stood.instalments)
      WHEN stood.principal_left <> stood.principal_left_minor THEN jsonb_build_object(
        'expected', stood.principal_left_minor, 'found', stood.principal_left,
        'currency', stood.currency)
      ELSE '{{}}'
    END AS facts
  FROM stood LEFT JOIN loan_standing AS former ON former.customer_id = stood.customer_id
    AND former.loan_id = stood.loan_id AND former.to_on IS NULL
)"""

_DUE_COLUMNS = (
    "loan.customer_id, loan.id AS loan_id, loan.currency, loan.instalment_count,"
    " loan.principal_left_minor, loan.overdue_since, loan.overdue_minor"
)

# $1 parts, $2 the new date, $3 some loans or null for all, $4 first days of buckets, $5 now.
CLOSE_LOANS = f"""
WITH due AS (
  SELECT {_DUE_COLUMNS} FROM loan
  WHERE {_OF_THE_SHARD} AND loan.next_change_on <= $2 AND {_IN_SERVICE}
), {_JUDGED}, good AS (
  SELECT * FROM judged WHERE code IS NULL
), set_aside AS (
  INSERT INTO quarantine (customer_id, loan_id, to_date, code, facts, since, released_by)
  SELECT customer_id, loan_id, $2, code, facts, $5, '' FROM judged WHERE code IS NOT NULL
  ON CONFLICT (customer_id, loan_id) WHERE released_at IS NULL DO NOTHING
), moved AS (
  UPDATE loan SET overdue_since = good.since, overdue_minor = good.overdue, bucket = good.bucket,
    next_due_on = good.next_due_on, next_change_on = good.next_change_on
  FROM good WHERE loan.customer_id = good.customer_id AND loan.id = good.loan_id
), ended AS (
  UPDATE loan_standing SET to_on = $2 FROM good
  WHERE loan_standing.customer_id = good.customer_id AND loan_standing.loan_id = good.loan_id
    AND loan_standing.to_on IS NULL AND loan_standing.from_on < $2 AND good.turns
  RETURNING good.*
), begun AS (
  INSERT INTO loan_standing (customer_id, loan_id, from_on, to_on, bucket, overdue_since,
    overdue_minor, principal_left_minor)
  SELECT customer_id, loan_id, $2, NULL, bucket, since, overdue, kept_left FROM ended
), corrected AS (
  UPDATE loan_standing SET bucket = good.bucket, overdue_since = good.since,
    overdue_minor = good.overdue, principal_left_minor = good.kept_left FROM good
  WHERE loan_standing.customer_id = good.customer_id AND loan_standing.loan_id = good.loan_id
    AND loan_standing.to_on IS NULL AND loan_standing.from_on = $2 AND good.turns
)
SELECT count(*) FILTER (WHERE code IS NULL) AS changed,
  count(*) FILTER (WHERE code IS NOT NULL) AS set_aside,
  coalesce(array_agg(DISTINCT customer_id) FILTER (WHERE code IS NULL
    AND (overdue_since, overdue_minor) IS DISTINCT FROM (since, overdue)), '{{}}') AS customers
FROM judged
"""

# What would be said of loan $1 of borrower $3 on $2.
JUDGE_LOAN = f"""
WITH due AS (
  SELECT {_DUE_COLUMNS} FROM loan WHERE loan.customer_id = $3 AND loan.id = $1
), {_JUDGED}
SELECT code, facts FROM judged
"""

# Loans whose date was missed: they need their days made up one by one, from their events.
SET_ASIDE_BEHIND = f"""
INSERT INTO quarantine (customer_id, loan_id, to_date, code, facts, since, released_by)
SELECT loan.customer_id, loan.id, $2, 'days_missed',
  jsonb_build_object('since', loan.next_change_on), $3, ''
FROM loan WHERE loan.customer_id % 64 = ANY($1::bigint[]) AND loan.next_change_on < $2
  AND {_IN_SERVICE}
ON CONFLICT (customer_id, loan_id) WHERE released_at IS NULL DO NOTHING
"""

CANDIDATE_LOANS = f"""
SELECT loan.id FROM loan WHERE {_OF_THE_SHARD} AND {_IN_SERVICE}
  AND (loan.next_due_on BETWEEN $2 AND $4 OR loan.overdue_since <= $5) ORDER BY loan.id
"""

# $1 parts, $2 the date, $3 some loans or null for all, $4 the last due date to look ahead to,
# $5 the latest date overdue since, $6 the due dates that are told of today, $7 now.
PLAN_REMINDERS = f"""
WITH candidate AS (
  SELECT loan.customer_id, loan.id AS loan_id FROM loan
  WHERE {_OF_THE_SHARD} AND loan.next_due_on BETWEEN $2 AND $4 AND {_IN_SERVICE}
  UNION
  SELECT loan.customer_id, loan.id FROM loan
  WHERE {_OF_THE_SHARD} AND loan.overdue_since <= $5 AND {_IN_SERVICE}
), picked AS (
  SELECT candidate.customer_id, candidate.loan_id, instalment.number,
    $2 - instalment.due_on AS days
  FROM candidate JOIN instalment ON instalment.customer_id = candidate.customer_id
    AND instalment.loan_id = candidate.loan_id
  WHERE instalment.due_on = ANY($6::date[]) AND {_LEFT} > 0
), planned AS (
  INSERT INTO reminder (customer_id, loan_id, instalment_number, reason, days, state,
    state_reason, planned_on, language, message_id)
  SELECT picked.customer_id, picked.loan_id, picked.number,
    CASE WHEN days < 0 THEN 'due_soon' WHEN days = 0 THEN 'due_today' ELSE 'overdue' END,
    days, 'planned', '', $2, customer.language, ''
  FROM picked JOIN customer ON customer.id = picked.customer_id
  ON CONFLICT (customer_id, loan_id, instalment_number, reason, days) DO NOTHING
  RETURNING id, customer_id
), asked AS (
  INSERT INTO outbox (topic, payload, created_at, hand_at, attempts, failure)
  SELECT 'monitoring.send_reminder',
    jsonb_build_object('customer_id', customer_id, 'reminder_id', id), $7, $7, 0, ''
  FROM planned
)
SELECT count(*) FROM planned
"""
