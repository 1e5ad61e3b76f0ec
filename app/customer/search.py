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
# So many borrowers who carry what was typed are ranked; of still more the first ones are.
RANKED_MAX = 2000
# Who sees few of them walks further, past those he may not see.
WALKED_MAX = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    hits: Sequence[Hit]
    # None: the text was too short to mean anybody.
    question: Question | None
    # More borrowers carry the key than are shown, or than were looked at.
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
    targets, has_more = await _targets(actor, question)
    found = await hits(actor, targets[:HITS_MAX])
    await look_up(actor, LookUp(by=question.sought, shown=[hit.customer_id for hit in found]))
    return Found(
        hits=found,
        question=question,
        has_more=has_more,
        refusal=None if found else question.mistyped,
    )


async def last_opened(actor: Actor) -> list[Opened]:
    actor.require(Permission.CUSTOMER_READ)
    recent = await recently_opened(actor)
    at = {one.customer_id: one.at for one in recent}
    found = await hits(actor, [Target(one.customer_id) for one in recent])
    return [Opened(hit=hit, at=at[hit.customer_id]) for hit in found]


async def _targets(actor: Actor, question: Question) -> tuple[list[Target], bool]:
    """Those to show, and whether there are more."""
    if question.printed is not None:
        target = await _printed(question.printed)
        if target is not None:
            return [target], False
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


async def _ranked(actor: Actor, question: Question) -> tuple[list[Target], bool]:
    """By their keyed hashes and by the source system's loan number, who is late longest first.

    The lateral reads keep every step on its index, whatever the planner thinks of the numbers; the
    bounds keep a frequent surname as quick as a rare one."""
    terms = list(question.terms)
    source = question.source
    if source:
        terms.append((KeyKind.source, source))
    keys = digests(terms)
    scope = scope_condition(actor, "customer", 6)
    sees_all = not scope.values and scope.sql == "TRUE"
    join = f"JOIN customer ON customer.id = found.customer_id AND {scope.sql}"
    walked_max = RANKED_MAX if sees_all else WALKED_MAX
    found = await database.rows(
        f"""
        WITH walked AS MATERIALIZED (
          SELECT one.customer_id FROM unnest($1::text[], $2::bytea[]) AS term (kind, digest)
          CROSS JOIN LATERAL (
            SELECT customer_id FROM customer_key
            WHERE customer_key.kind = term.kind AND customer_key.digest = term.digest LIMIT $4
          ) AS one LIMIT $4
        ), carrier AS MATERIALIZED (
          (SELECT found.customer_id, NULL::bigint AS loan_id FROM walked AS found
          {"" if sees_all else join} LIMIT $5)
          UNION ALL
          SELECT found.customer_id, found.loan_id FROM loan_directory AS found
          {"" if sees_all else join} WHERE found.source_number = ANY($3::text[])
        )
        SELECT tally.walked, ranked.customer_id, ranked.loan_id
        FROM (SELECT count(*) AS walked FROM walked) AS tally LEFT JOIN (
          SELECT customer_id, min(loan_id) AS loan_id FROM carrier GROUP BY customer_id
        ) AS ranked ON TRUE
        LEFT JOIN LATERAL (
          SELECT min(loan.overdue_since) AS since FROM loan
          WHERE loan.customer_id = ranked.customer_id AND loan.overdue_since IS NOT NULL
        ) AS worst ON TRUE
        ORDER BY worst.since NULLS LAST, ranked.customer_id LIMIT {HITS_MAX + 1}
        """,
        [kind.value for kind, _ in keys],
        [digest for _, digest in keys],
        list({source, source.upper()} - {""}),
        walked_max,
        RANKED_MAX,
        *scope.values,
    )
    targets = [Target(row["customer_id"], row["loan_id"]) for row in found if row["customer_id"]]
    return targets, found[0]["walked"] >= walked_max or len(targets) > HITS_MAX
