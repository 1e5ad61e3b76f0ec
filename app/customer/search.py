"""The one search box: from what was typed to the borrowers within the actor's rows, worst first.

A handful of reads and one entry in the audit log, however many borrowers carry the key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app import database
from app.actor import Actor
from app.customer.actions import look_up, refuse_too_many_look_ups
from app.customer.hit import Hit, Target, hits
from app.customer.models import KeyKind
from app.customer.order import LookUp
from app.customer.question import Question, read_question
from app.customer.recent import recently_opened
from app.customer.scope import scope_condition
from app.customer.search_key import digests
from app.errors import AfterloanError
from app.number import NumberKind, PrintedNumber
from app.permission import Permission

HITS_MAX = 20
# So many borrowers with one key are ranked; of still more the first ones are.
RANKED_MAX = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    hits: Sequence[Hit]
    # None: the text was too short to mean anybody.
    question: Question | None
    # More borrowers carry the key than are shown.
    has_more: bool = False
    # Why nothing can be found, where the text says so itself.
    refusal: AfterloanError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    hit: Hit
    at: datetime


async def search(actor: Actor, text: str) -> Found:
    actor.require(Permission.CUSTOMER_READ)
    question = read_question(text)
    if question is None:
        return Found(hits=[], question=None)
    await refuse_too_many_look_ups(actor)
    targets = await _targets(actor, question)
    found = await hits(actor, targets[:HITS_MAX])
    await look_up(actor, LookUp(by=question.sought, shown=[hit.customer_id for hit in found]))
    return Found(
        hits=found,
        question=question,
        has_more=len(targets) > HITS_MAX,
        refusal=None if found else question.mistyped,
    )


async def last_opened(actor: Actor) -> list[Opened]:
    actor.require(Permission.CUSTOMER_READ)
    recent = await recently_opened(actor)
    at = {one.customer_id: one.at for one in recent}
    found = await hits(actor, [Target(one.customer_id) for one in recent])
    return [Opened(hit=hit, at=at[hit.customer_id]) for hit in found]


async def _targets(actor: Actor, question: Question) -> list[Target]:
    """One more than is shown, if there are as many."""
    if question.printed is not None:
        target = await _printed(question.printed)
        if target is not None:
            return [target]
    return await _ranked(actor, question)


async def _printed(number: PrintedNumber) -> Target | None:
    if number.kind is NumberKind.customer:
        return Target(number.id)
    found = await database.row(_BY_NUMBER[number.kind], number.id)
    return Target(**found) if found else None


_BY_NUMBER = {
    NumberKind.loan: "SELECT customer_id, loan_id FROM loan_directory WHERE loan_id = $1",
    NumberKind.case: "SELECT customer_id FROM collection_case WHERE id = $1",
    NumberKind.payment: (
        "SELECT customer_id, loan_id, id AS payment_id FROM payment WHERE id = $1"
    ),
}


async def _ranked(actor: Actor, question: Question) -> list[Target]:
    """By their keyed hashes and by the source system's loan number, who is late longest first.

    The lateral reads keep every step on its index, whatever the planner thinks of the numbers."""
    terms = list(question.terms)
    source = question.source
    if source:
        terms.append((KeyKind.source, source))
    keys = digests(terms)
    scope = scope_condition(actor, "customer", 5)
    join = f"JOIN customer ON customer.id = found.customer_id AND {scope.sql}"
    if not scope.values and scope.sql == "TRUE":
        join = ""
    found = await database.rows(
        f"""
        WITH carrier AS MATERIALIZED (
          SELECT one.customer_id, NULL::bigint AS loan_id
          FROM unnest($1::text[], $2::bytea[]) AS term (kind, digest)
          CROSS JOIN LATERAL (
            SELECT found.customer_id FROM customer_key AS found {join}
            WHERE found.kind = term.kind AND found.digest = term.digest LIMIT $4
          ) AS one
          UNION ALL
          SELECT found.customer_id, found.loan_id FROM loan_directory AS found {join}
          WHERE found.source_number = ANY($3::text[])
        )
        SELECT customer_id, loan_id FROM (
          SELECT customer_id, min(loan_id) AS loan_id FROM carrier GROUP BY customer_id
        ) AS ranked
        CROSS JOIN LATERAL (
          SELECT min(loan.overdue_since) AS since FROM loan
          WHERE loan.customer_id = ranked.customer_id AND loan.overdue_since IS NOT NULL
        ) AS worst
        ORDER BY worst.since NULLS LAST, customer_id LIMIT {HITS_MAX + 1}
        """,
        [kind.value for kind, _ in keys],
        [digest for _, digest in keys],
        list({source, source.upper()} - {""}),
        RANKED_MAX,
        *scope.values,
    )
    return [Target(row["customer_id"], row["loan_id"]) for row in found]
