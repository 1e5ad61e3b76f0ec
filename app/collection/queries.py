"""Reads of the board. Each applies the reader's scope; names come masked to whom it may concern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from app import database
from app.actor import Actor
from app.collection.card import Card, CardPlace, Head
from app.collection.errors import CaseNotFound
from app.collection.models import Stage
from app.collection.view import BoardFilter, BoardView
from app.operation.business_day import current_business_date
from app.personal import Sealed

CARDS_PER_PAGE = 40
ASSIGNEES_MAX = 200

_CARD = (
    "c.customer_id, c.id, c.branch_id, c.team_id, c.assignee_id, c.stage, c.stage_since,"
    " c.overdue_since, c.overdue_minor, c.currency, c.overdue_other, c.overdue_loan_count,"
    " c.last_contact_at, c.next_action_on, c.closed_on, c.version"
)
_WITH_NAMES = (
    "SELECT c.*, customer.name AS sealed_name, assignee.name AS assignee FROM page c"
    " JOIN customer ON customer.id = c.customer_id"
    " LEFT JOIN user_account assignee ON assignee.id = c.assignee_id"
)
_NOTHING_OTHER = "{}"


@dataclass(frozen=True, slots=True)
class Column:
    head: Head
    cards: Sequence[Card]
    # Where the next page begins; None when this is all.
    next_after: CardPlace | None


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who has cases in the reader's scope; id 0 stands for nobody."""

    id: int
    name: str
    case_count: int


async def columns(view: BoardView, on: date) -> list[Column]:
    """All columns with their first page, in two statements however many cards there are."""
    found = await heads(view, on, tuple(Stage))
    cards = await _pages(view, on, tuple(Stage))
    return [Column(found[stage], *_cut(cards[stage])) for stage in Stage]


async def page(
    view: BoardView, stage: Stage, on: date, *, after: CardPlace | None
) -> tuple[Sequence[Card], CardPlace | None]:
    return _cut((await _pages(view, on, (stage,), after=after))[stage])


async def heads(view: BoardView, on: date, stages: Sequence[Stage]) -> Mapping[Stage, Head]:
    """Counted over the whole columns, whatever is loaded."""
    condition = view.condition(on, 2)
    found = await database.rows(
        "SELECT c.stage, c.currency, count(*) AS cases, sum(c.overdue_minor) AS minor"
        f" FROM collection_case c WHERE c.stage = ANY($1::text[]) AND {condition.sql}"
        " GROUP BY c.stage, c.currency"
        " UNION ALL SELECT c.stage, other.key, 0, sum(other.value::bigint)"
        " FROM collection_case c CROSS JOIN LATERAL jsonb_each_text(c.overdue_other) other"
        f" WHERE c.overdue_other <> '{_NOTHING_OTHER}' AND c.stage = ANY($1::text[])"
        f" AND {condition.sql} GROUP BY c.stage, other.key",
        list(stages), *condition.values,
    )  # fmt: skip
    return {
        stage: _head(stage, [row for row in found if row["stage"] == stage]) for stage in stages
    }


async def card(actor: Actor, customer_id: int, case_id: int) -> Card:
    """Open or closed, whatever the filter."""
    on = await current_business_date()
    found = await cards([(customer_id, case_id)], on)
    if not found or not BoardView(actor).reaches(found[0]):
        raise CaseNotFound
    return found[0].seen_by(actor)


async def cards(cases: Sequence[tuple[int, int]], on: date) -> list[Card]:
    """By (borrower, case), whoever may see them: the caller asks each view before he shows one."""
    customers, ids = zip(*cases, strict=True)
    found = await database.rows(
        f"WITH page AS (SELECT {_CARD} FROM collection_case c"
        " JOIN unnest($1::bigint[], $2::bigint[]) AS wanted (customer_id, id)"
        f" ON c.customer_id = wanted.customer_id AND c.id = wanted.id) {_WITH_NAMES}",
        list(customers), list(ids),
    )  # fmt: skip
    return [_card(row, on) for row in found]


async def assignees(actor: Actor, on: date) -> list[Assignee]:
    """Of the open cases in scope, those with most cases first."""
    condition = BoardView(actor, BoardFilter()).condition(on)
    found = await database.rows(
        "SELECT coalesce(c.assignee_id, 0) AS id, coalesce(assignee.name, '') AS name, c.case_count"
        " FROM (SELECT assignee_id, count(*) AS case_count FROM collection_case c"
        f" WHERE {condition.sql} GROUP BY assignee_id) c"
        " LEFT JOIN user_account assignee ON assignee.id = c.assignee_id"
        f" ORDER BY c.case_count DESC, id LIMIT {ASSIGNEES_MAX}",
        *condition.values,
    )  # fmt: skip
    return [Assignee(**row) for row in found]


async def _pages(
    view: BoardView, on: date, stages: Sequence[Stage], *, after: CardPlace | None = None
) -> Mapping[Stage, Sequence[Card]]:
    """One card more than a page, which says whether there is another page."""
    keyset, place = "", tuple[Any, ...]()
    if after is not None:
        keyset, place = " AND (c.overdue_since, c.id) > ($1, $2)", (after.overdue_since, after.id)
    condition = view.condition(on, len(place) + 1)
    parts = [
        f"(SELECT {_CARD} FROM collection_case c WHERE c.stage = '{stage.value}'{keyset}"
        f" AND {condition.sql} ORDER BY c.overdue_since, c.id LIMIT {CARDS_PER_PAGE + 1})"
        for stage in stages
    ]
    found = await database.rows(
        f"WITH page AS ({' UNION ALL '.join(parts)}) {_WITH_NAMES}"
        " ORDER BY c.stage, c.overdue_since, c.id",
        *place, *condition.values,
    )  # fmt: skip
    made = [_card(row, on).seen_by(view.actor) for row in found]
    return {stage: [card for card in made if card.stage is stage] for stage in stages}


def _cut(cards: Sequence[Card]) -> tuple[Sequence[Card], CardPlace | None]:
    shown = cards[:CARDS_PER_PAGE]
    return shown, shown[-1].place if len(cards) > CARDS_PER_PAGE else None


def _head(stage: Stage, groups: Sequence[Mapping[str, Any]]) -> Head:
    sums: dict[str, int] = {}
    for group in sorted(groups, key=lambda group: (-group["cases"], group["currency"])):
        sums[group["currency"]] = sums.get(group["currency"], 0) + int(group["minor"])
    return Head(stage, sum(group["cases"] for group in groups), sums)


def _card(row: Mapping[str, Any], on: date) -> Card:
    other = row["overdue_other"]
    sealed = row["sealed_name"]
    id = row["customer_id"]
    return Card(
        customer_id=id,
        id=row["id"],
        name=Sealed(sealed).open("customer", "name", id) if sealed else "",
        branch_id=row["branch_id"],
        team_id=row["team_id"],
        assignee_id=row["assignee_id"],
        assignee=row["assignee"] or "",
        stage=Stage(row["stage"]),
        stage_since=row["stage_since"],
        overdue_since=row["overdue_since"],
        overdue_minor=row["overdue_minor"],
        currency=row["currency"],
        overdue_other={} if other == _NOTHING_OTHER else msgspec.json.decode(other),
        loan_count=row["overdue_loan_count"],
        last_contact_at=row["last_contact_at"],
        next_action_on=row["next_action_on"],
        closed_on=row["closed_on"],
        version=row["version"],
        on=on,
    )
