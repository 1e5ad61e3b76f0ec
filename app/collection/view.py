"""What one reader's board shows: the cases of his scope, narrowed by his filter.

Said twice, in SQL for pages and in Python for the news of open pages; a test holds them
together."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from app.actor import Actor
from app.customer.masking import sees_names
from app.customer.scope import in_scope, scope_condition
from app.loan.bucket import LAST_DAYS
from app.permission import Permission

# As many as there are colours: the last one holds everything older.
BUCKETS = (1, 2, 3, 4)
NOBODY = 0


class Whose(StrEnum):
    mine = "mine"
    team = "team"
    all = "all"


class Viewable(Protocol):
    """What the scope and the filter look at."""

    @property
    def branch_id(self) -> int | None: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def assignee_id(self) -> int | None: ...
    @property
    def overdue_since(self) -> date: ...
    @property
    def is_open(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilter:
    whose: Whose = Whose.all
    bucket: int | None = None
    # A user's id, or `NOBODY`.
    assignee: int | None = None

    @property
    def is_narrow(self) -> bool:
        return self != BoardFilter()


class Condition(NamedTuple):
    sql: str
    values: tuple[Any, ...]
    next_parameter: int


@dataclass(frozen=True, slots=True)
class BoardView:
    actor: Actor
    chosen: BoardFilter = BoardFilter()

    def condition(self, on: date, first_parameter: int = 1) -> Condition:
        """For the open cases as `c`, judged on the business date."""
        parts: list[str] = ["c.closed_on IS NULL"]
        values: list[Any] = []
        at = first_parameter
        scope = scope_condition(self.actor, "c", at, owner="assignee_id")
        parts.append(scope.sql)
        values += scope.values
        at = scope.next_parameter
        for column, test, value in self._tests(on):
            parts.append(f"c.{column} {test}" if value is None else f"c.{column} {test} ${at}")
            if value is not None:
                values.append(value)
                at += 1
        return Condition(" AND ".join(parts), tuple(values), at)

    def shows(self, case: Viewable, on: date) -> bool:
        return case.is_open and self.reaches(case) and self._passes(case, on)

    def reaches(self, case: Viewable) -> bool:
        """Whether the case is the reader's to know of, whatever his filter says."""
        return in_scope(
            self.actor,
            branch_id=case.branch_id,
            team_id=case.team_id,
            owner_id=case.assignee_id,
        )

    def audience(self, on: date) -> object:
        """Alike for two readers who are shown the same."""
        return self.condition(on), sees_names(self.actor), self.actor.may(Permission.CASE_MOVE)

    def _tests(self, on: date) -> list[tuple[str, str, Any]]:
        tests: list[tuple[str, str, Any]] = []
        if self.chosen.whose is Whose.mine:
            tests.append(("assignee_id", "=", self.actor.id))
        if self.chosen.whose is Whose.team:
            tests.append(("team_id", "=", self.actor.team_id or NOBODY))
        if self.chosen.assignee is not None:
            test = "IS NULL" if self.chosen.assignee == NOBODY else "="
            tests.append(("assignee_id", test, self.chosen.assignee or None))
        since, until = due_dates(self.chosen.bucket, on)
        if since:
            tests.append(("overdue_since", ">=", since))
        if until:
            tests.append(("overdue_since", "<=", until))
        return tests

    def _passes(self, case: Viewable, on: date) -> bool:
        wanted = self.chosen
        since, until = due_dates(wanted.bucket, on)
        return (
            (wanted.whose is not Whose.mine or case.assignee_id == self.actor.id)
            and (wanted.whose is not Whose.team or case.team_id == (self.actor.team_id or NOBODY))
            and (wanted.assignee is None or (case.assignee_id or NOBODY) == wanted.assignee)
            and (since is None or case.overdue_since >= since)
            and (until is None or case.overdue_since <= until)
        )


def due_dates(bucket: int | None, on: date) -> tuple[date | None, date | None]:
    """Between which oldest due dates a bucket lies: days past due change nightly, these do not."""
    if bucket is None:
        return None, None
    until = on - timedelta(days=LAST_DAYS[bucket - 1] + 1)
    if bucket == BUCKETS[-1]:
        return None, until
    return on - timedelta(days=LAST_DAYS[bucket]), until
