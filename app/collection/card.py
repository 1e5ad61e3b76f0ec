"""A case as the board shows it, and the head of a column."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.actor import Actor
from app.collection.models import Stage
from app.collection.subject import CaseSubject
from app.customer.masking import sees_names
from app.number import case_number, customer_number
from app.personal import mask_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    customer_id: int
    id: int
    # Empty when the book does not say it.
    name: str
    branch_id: int | None
    team_id: int | None
    assignee_id: int | None
    assignee: str
    stage: Stage
    stage_since: date
    overdue_since: date
    overdue_minor: int
    currency: str
    overdue_other: Mapping[str, int]
    loan_count: int
    last_contact_at: datetime | None
    next_action_on: date | None
    closed_on: date | None
    version: int
    # The business date it is looked at on.
    on: date

    @property
    def number(self) -> str:
        return case_number(self.id)

    @property
    def title(self) -> str:
        return self.name or customer_number(self.customer_id)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def days_late(self) -> int:
        return (self.on - self.overdue_since).days

    @property
    def days_in_stage(self) -> int:
        return (self.on - self.stage_since).days

    @property
    def follow_up_on(self) -> date | None:
        """The day of the next step, where it has come or money is to come on it."""
        day = self.next_action_on
        return day if day and (day <= self.on or self.stage is Stage.promised) else None

    @property
    def place(self) -> "CardPlace":
        return CardPlace(self.overdue_since, self.id)

    @property
    def subject(self) -> CaseSubject:
        return CaseSubject(
            customer_id=self.customer_id,
            id=self.id,
            stage=self.stage,
            version=self.version,
            closed_on=self.closed_on,
        )

    def seen_by(self, actor: Actor) -> "Card":
        """A collector calls people by their names; who only watches sees a masked one."""
        if sees_names(actor):
            return self
        return replace(self, name=self.name and mask_name(self.name))


@dataclass(frozen=True, slots=True, order=True)
class CardPlace:
    """Where a card stands in its column by the rule: the oldest debt first."""

    overdue_since: date
    id: int

    def __str__(self) -> str:
        """Sorts as text as it sorts as a place; also names the place in an address."""
        return f"{self.overdue_since.isoformat()}.{self.id:019d}"

    @classmethod
    def parse(cls, text: str) -> "CardPlace | None":
        day, _, id = text.partition(".")
        try:
            return cls(date.fromisoformat(day), int(id))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Head:
    """How many cases a column holds and what they owe, by currency, the largest group first."""

    stage: Stage
    count: int
    sums_minor: Mapping[str, int]
