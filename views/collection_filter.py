"""The board's filter, as it stands in the address and as chips under the title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.actor import Actor
from app.collection.queries import Assignee
from app.collection.view import BUCKETS, NOBODY, BoardFilter, Whose
from app.i18n import gettext as _
from app.loan.bucket import LAST_DAYS
from app.number import ID_MAX
from app.permission import RowScope

BOARD = "/collection/board"
_NOBODY_IN_ADDRESS = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    url: str
    is_current: bool
    # The bucket's colour, or how many cases.
    number: int = 0


@dataclass(frozen=True, slots=True)
class FilterBar:
    whose: Sequence[Choice]
    buckets: Sequence[Choice]
    assignees: Sequence[Choice]
    assignee: str
    clear_url: str


def filter_of(query: Mapping[str, str]) -> BoardFilter:
    """An old or mistyped address shows more rather than an error."""
    bucket, assignee = _number(query.get("bucket")), _number(query.get("assignee"))
    whose = query.get("whose", "")
    return BoardFilter(
        whose=Whose(whose) if whose in set(Whose) else Whose.all,
        bucket=bucket if bucket in BUCKETS else None,
        assignee=NOBODY if query.get("assignee") == _NOBODY_IN_ADDRESS else assignee or None,
    )


def query_of(wanted: BoardFilter, **more: object) -> str:
    """With its question mark; empty when nothing is filtered."""
    fields: dict[str, object] = {}
    if wanted.whose is not Whose.all:
        fields["whose"] = wanted.whose.value
    if wanted.bucket:
        fields["bucket"] = wanted.bucket
    if wanted.assignee is not None:
        fields["assignee"] = wanted.assignee or _NOBODY_IN_ADDRESS
    text = urlencode(fields | more)
    return f"?{text}" if text else ""


def filter_bar(actor: Actor, wanted: BoardFilter, assignees: Sequence[Assignee]) -> FilterBar:
    chosen = next((one for one in assignees if one.id == wanted.assignee), None)
    return FilterBar(
        whose=_whose(actor, wanted),
        buckets=[_bucket(wanted, bucket) for bucket in BUCKETS],
        assignees=[_assignee(wanted, one) for one in assignees],
        assignee=_name(chosen) if chosen else "",
        clear_url=BOARD if wanted.is_narrow else "",
    )


def _whose(actor: Actor, wanted: BoardFilter) -> list[Choice]:
    """What a scope cannot tell apart is offered once."""
    offered = [(Whose.mine, _("My cases"))]
    if actor.team_id and actor.row_scope in (RowScope.branch, RowScope.all):
        offered.append((Whose.team, _("Team cases")))
    widest = {
        RowScope.team: _("Team cases"),
        RowScope.branch: _("Branch cases"),
        RowScope.all: _("All cases"),
    }
    if actor.row_scope in widest:
        offered.append((Whose.all, widest[actor.row_scope]))
    return [
        Choice(text, BOARD + query_of(replace(wanted, whose=whose)), wanted.whose is whose)
        for whose, text in offered
    ]


def _bucket(wanted: BoardFilter, bucket: int) -> Choice:
    """Pressed again, it lets go."""
    first, last = LAST_DAYS[bucket - 1] + 1, LAST_DAYS[bucket]
    is_last, is_current = bucket == BUCKETS[-1], wanted.bucket == bucket
    text = (
        _("Over {n} d", n=first - 1) if is_last else _("{first}–{last} d", first=first, last=last)
    )
    url = BOARD + query_of(replace(wanted, bucket=None if is_current else bucket))
    return Choice(text, url, is_current, bucket)


def _assignee(wanted: BoardFilter, one: Assignee) -> Choice:
    is_current = wanted.assignee == one.id
    url = BOARD + query_of(replace(wanted, assignee=None if is_current else one.id))
    return Choice(_name(one), url, is_current, one.case_count)


def _name(one: Assignee) -> str:
    return one.name if one.id != NOBODY else _("Nobody")


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 20
    return min(int(text), ID_MAX) if text and is_number else None
