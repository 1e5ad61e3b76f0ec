"""What a check of the customer's verbs looks at."""

from dataclasses import dataclass

from app.personal import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealSubject:
    """One value at rest, and the row it is bound to."""

    table: str
    column: str
    id: int
    sealed: Sealed | None

    def open(self) -> str:
        assert self.sealed is not None, "the check refuses what is not there"
        return self.sealed.open(self.table, self.column, self.id)
