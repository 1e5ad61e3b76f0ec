"""A borrower's case follows from his loans: opened with the first overdue one, closed with the
last."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app import database
from app.collection.models import CaseEventKind, Stage
from app.operation.audit import actor_text
from app.verb import Work


class CaseChangeKind(StrEnum):
    opened = "opened"
    changed = "changed"
    closed = "closed"


class CaseChange(NamedTuple):
    kind: CaseChangeKind
    customer_id: int
    case_id: int
    # The column it was in and the one it is in; empty when there is none.
    from_stage: str
    to_stage: str


class TakenOver(NamedTuple):
    """What another system said of a borrower's case."""

    customer_id: int
    stage: str
    since: date
    # None: on the date of the import, or earlier where it stands in its column for longer.
    opened_on: date | None
    # None: as the borrower's own is, or his team.
    assignee_id: int | None
    next_action_on: date | None


# $1 borrowers, $2 the date, $3 now, $4 the actor, $5 the audit entry.
#
# What is overdue in the currency of the oldest debt is the case's sum, the rest stands beside it.
# People decide about stages, loans about sums: a new sum is no new version.
REFRESH_CASES = f"""
WITH owed_in AS (
  SELECT customer_id, currency, sum(overdue_minor)::bigint AS minor,
         min(overdue_since) AS since, count(*) AS loans
  FROM loan WHERE customer_id = ANY($1::bigint[]) AND overdue_since IS NOT NULL
  GROUP BY customer_id, currency
), owed AS (
  SELECT customer_id, min(since) AS since, sum(loans)::int AS loans,
         (array_agg(currency ORDER BY since, minor DESC, currency))[1] AS currency,
         (array_agg(minor ORDER BY since, minor DESC, currency))[1] AS minor,
         jsonb_object_agg(currency, minor) AS by_currency
  FROM owed_in GROUP BY customer_id
), closed AS (
  UPDATE collection_case SET closed_on = $2, version = version + 1, close_reason = CASE
    WHEN EXISTS (SELECT 1 FROM loan WHERE loan.customer_id = collection_case.customer_id
                 AND loan.status = 'active') THEN 'cured' ELSE 'loans_closed' END
  WHERE customer_id = ANY($1::bigint[]) AND closed_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM owed WHERE owed.customer_id = collection_case.customer_id)
  RETURNING customer_id, id, stage
), changed AS (
  UPDATE collection_case SET overdue_since = owed.since, overdue_minor = owed.minor,
    currency = owed.currency, overdue_other = owed.by_currency - owed.currency,
    overdue_loan_count = owed.loans
  FROM owed WHERE collection_case.customer_id = owed.customer_id AND closed_on IS NULL
    AND (overdue_since, overdue_minor, collection_case.currency, overdue_other, overdue_loan_count)
    IS DISTINCT FROM
    (owed.since, owed.minor, owed.currency, owed.by_currency - owed.currency, owed.loans)
  RETURNING collection_case.customer_id, id, stage
), opened AS (
  INSERT INTO collection_case (customer_id, branch_id, team_id, assignee_id, stage, opened_on,
    stage_since, overdue_since, overdue_minor, currency, overdue_other, overdue_loan_count,
    last_contact_at, version)
  SELECT owed.customer_id, customer.branch_id, customer.team_id, customer.owner_id,
    '{Stage.to_contact}', $2, $2, owed.since, owed.minor, owed.currency,
    owed.by_currency - owed.currency, owed.loans, (SELECT max(at) FROM contact_record
      WHERE contact_record.customer_id = owed.customer_id), 1
  FROM owed JOIN customer ON customer.id = owed.customer_id
  WHERE NOT EXISTS (SELECT 1 FROM collection_case AS open
                    WHERE open.customer_id = owed.customer_id AND open.closed_on IS NULL)
  ON CONFLICT (customer_id) WHERE closed_on IS NULL DO NOTHING
  RETURNING customer_id, id, stage
), told AS (
  SELECT 'closed' AS kind, customer_id, id, stage AS from_stage, NULL AS to_stage FROM closed
  UNION ALL SELECT 'changed', customer_id, id, stage, stage FROM changed
  UNION ALL SELECT 'opened', customer_id, id, NULL, stage FROM opened
), kept AS (
  INSERT INTO case_event (customer_id, case_id, kind, from_stage, to_stage, at, business_date,
    actor, audit_id)
  SELECT customer_id, id, kind, from_stage, to_stage, $3, $2, $4, $5
  FROM told WHERE kind <> 'changed'
), live AS (
  INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)
  SELECT $3, customer_id, id, coalesce(from_stage, ''), coalesce(to_stage, ''), '' FROM told
)
SELECT kind, customer_id, id AS case_id, coalesce(from_stage, '') AS from_stage,
  coalesce(to_stage, '') AS to_stage FROM told
"""


# $1 borrowers, $2 now. A contact before the case began counts too: it is the same person.
_NOTE_CONTACTS = """
WITH latest AS (
  SELECT customer_id, max(at) AS at FROM contact_record
  WHERE customer_id = ANY($1::bigint[]) GROUP BY customer_id
), noted AS (
  UPDATE collection_case SET last_contact_at = latest.at
  FROM latest WHERE collection_case.customer_id = latest.customer_id AND closed_on IS NULL
    AND last_contact_at IS DISTINCT FROM latest.at
  RETURNING collection_case.customer_id, id, stage
)
INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)
SELECT $2, customer_id, id, stage, stage, '' FROM noted
"""

# $1 to $6 the borrowers and what is said of each, $7 the date, $8 now, $9 the actor, $10 the audit
# entry. Version 1 is a case as it was opened: what people have decided here since stays.
_TAKE_OVER = f"""
WITH said AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::date[], $4::bigint[], $5::date[],
    $6::date[]) AS said (customer_id, stage, since, assignee_id, next_action_on, opened_on)
), taken AS (
  UPDATE collection_case SET stage = said.stage, stage_since = said.since,
    assignee_id = coalesce(said.assignee_id, collection_case.assignee_id),
    opened_on = coalesce(said.opened_on, least(collection_case.opened_on, said.since)),
    next_action_on = said.next_action_on, version = version + 1
  FROM said WHERE collection_case.customer_id = ANY($1::bigint[])
    AND collection_case.customer_id = said.customer_id AND closed_on IS NULL AND version = 1
  RETURNING collection_case.customer_id, id, collection_case.stage
), kept AS (
  INSERT INTO case_event (customer_id, case_id, kind, from_stage, to_stage, at, business_date,
    actor, audit_id)
  SELECT customer_id, id, '{CaseEventKind.moved}', '{Stage.to_contact}', stage, $8, $7, $9, $10
  FROM taken WHERE stage <> '{Stage.to_contact}'
), live AS (
  INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)
  SELECT $8, customer_id, id, '{Stage.to_contact}', stage, '' FROM taken
)
SELECT count(*) FROM taken
"""


async def note_contacts(work: Work, customer_ids: Sequence[int]) -> None:
    """After contacts came in from elsewhere: the open cases know of the last one."""
    await database.execute(_NOTE_CONTACTS, list(customer_ids), work.now)


async def take_over_cases(work: Work, told: Sequence[TakenOver]) -> int:
    """How many of these borrowers' cases took the word; one that people moved here did not."""
    taken: int = await database.value(
        _TAKE_OVER,
        [one.customer_id for one in told],
        [one.stage for one in told],
        [one.since for one in told],
        [one.assignee_id for one in told],
        [one.next_action_on for one in told],
        [one.opened_on for one in told],
        work.business_date,
        work.now,
        actor_text(work.actor),
        work.audit_id,
    )
    return taken


async def refresh_case(work: Work, customer_id: int) -> CaseChange | None:
    """A verb's last step after it changed a loan; None when the case stays as it is."""
    # Two verbs on two loans of one borrower: the second one must see what the first one left.
    await database.rows("SELECT id FROM customer WHERE id = $1 FOR NO KEY UPDATE", customer_id)
    found = await database.row(
        REFRESH_CASES,
        [customer_id],
        work.business_date,
        work.now,
        actor_text(work.actor),
        work.audit_id,
    )
    if found is None:
        return None
    return CaseChange(**{**found, "kind": CaseChangeKind(found["kind"])})
