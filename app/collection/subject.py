"""What the case's checks look at: the locked row, or a card at hand."""

from dataclasses import dataclass
from datetime import date

from app.collection.models import Stage
from app.number import case_number


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSubject:
    customer_id: int
    id: int
    stage: Stage
    version: int
    closed_on: date | None = None
    # Who moved it last; asked for only when the version is not the expected one.
    moved_by: str = ""

    @property
    def number(self) -> str:
        return case_number(self.id)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None
