"""How far the news have been heard without a gap.

A missing id is either rolled back or not committed yet; nobody can tell which. So a gap is
waited for as long as a transaction may last, and what lies above it is remembered, not heard
twice."""

from collections.abc import Iterable

GAP_KEPT_SECONDS = 60.0
# With more than this above a gap, waiting costs more than a board that is fetched anew.
ABOVE_MAX = 5000


class Frontier:
    def __init__(self, id: int) -> None:
        """Everything up to this id is known, or older than anybody cares for."""
        self.id = id
        self._heard: dict[int, float] = {}

    @property
    def above(self) -> list[int]:
        """What was heard beyond the first gap."""
        return list(self._heard)

    def hear(self, ids: Iterable[int], now: float) -> list[int]:
        """Those that are new, in their order; `now` in seconds of any steady clock."""
        new = [id for id in sorted(set(ids)) if id > self.id and id not in self._heard]
        self._heard.update(dict.fromkeys(new, now))
        self.advance(now)
        return new

    def advance(self, now: float) -> None:
        """Moves on over what was heard, and over gaps nobody will fill any more."""
        while self._heard:
            lowest = min(self._heard)
            overdue = now - self._heard[lowest] > GAP_KEPT_SECONDS
            if lowest != self.id + 1 and not overdue and len(self._heard) <= ABOVE_MAX:
                return
            del self._heard[lowest]
            self.id = lowest
