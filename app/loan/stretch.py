"""A long schedule in few lines: what was paid long ago and what is far ahead is folded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.loan.statement import Line, LineState

# The last ones paid stay in sight, and so many of those to come.
RECENT_SHOWN = 3
AHEAD_SHOWN = 12
# A fold that hides fewer lines than this only gets in the way.
FOLDED_MIN = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    lines: Sequence[Line]
    is_folded: bool = False

    @property
    def is_settled(self) -> bool:
        return self.lines[0].is_settled

    @property
    def late_count(self) -> int:
        return sum(line.state is LineState.paid_late for line in self.lines)

    @property
    def sum_minor(self) -> int:
        """What was paid on it, or what is left to pay."""
        return sum(line.paid_minor if line.is_settled else line.left_minor for line in self.lines)


def stretches(lines: Sequence[Line]) -> list[Stretch]:
    first_open = next((i for i, line in enumerate(lines) if not line.is_settled), len(lines))
    first_ahead = next(
        (i for i, line in enumerate(lines) if i >= first_open and line.state is LineState.open),
        len(lines),
    )
    past, future = first_open - RECENT_SHOWN, first_ahead + AHEAD_SHOWN
    past = past if past >= FOLDED_MIN else 0
    future = future if len(lines) - future >= FOLDED_MIN else len(lines)
    parts = [
        Stretch(lines[:past], is_folded=True),
        Stretch(lines[past:future]),
        Stretch(lines[future:], is_folded=True),
    ]
    return [part for part in parts if part.lines]
