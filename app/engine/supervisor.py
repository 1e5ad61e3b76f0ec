"""Keeps what we started running: what dies is started again, ever later if it keeps dying."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

BACK_OFF_SECONDS_MIN = 0.5
BACK_OFF_SECONDS_MAX = 30.0
# Who has run that long is well again.
HEALTHY_SECONDS = 60.0
ROUND_SECONDS = 0.5

_log = logging.getLogger(__name__)


class Charge(Protocol):
    """Something that can be started, looked at and stopped."""

    @property
    def name(self) -> str: ...
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Supervisor:
    """Starts its charges in order, stops them in the opposite one."""

    def __init__(
        self, charges: Sequence[Charge], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.charges = charges
        self._now = now
        self._back_off = {id(charge): BACK_OFF_SECONDS_MIN for charge in charges}
        self._next_try = {id(charge): 0.0 for charge in charges}
        self._started: dict[int, float] = {}
        self._ending = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self) -> None:
        for charge in self.charges:
            charge.start()
            self._started[id(charge)] = self._now()

    def watch(self) -> None:
        """From now on in a thread of its own, beside whatever the process does."""
        self._watch = threading.Thread(target=self._rounds, name="supervisor", daemon=True)
        self._watch.start()

    def tend(self) -> None:
        """One look at each. Never waits for a turn that has not come."""
        for charge in self.charges:
            if not charge.alive() and self._now() >= self._next_try[id(charge)]:
                self._restart(charge)

    def stop(self) -> None:
        self.unwatch()
        for charge in reversed(self.charges):
            charge.stop()

    def unwatch(self) -> None:
        self._ending.set()
        if self._watch:
            self._watch.join()
            self._watch = None

    def _rounds(self) -> None:
        while not self._ending.wait(ROUND_SECONDS):
            self.tend()

    def _restart(self, charge: Charge) -> None:
        key = id(charge)
        if self._now() - self._started.get(key, 0.0) >= HEALTHY_SECONDS:
            self._back_off[key] = BACK_OFF_SECONDS_MIN
        wait = self._back_off[key]
        _log.warning("%s has ended; starting it again", charge.name)
        try:
            charge.start()
        except Exception:
            # A disk that is full now may have room in a minute.
            _log.exception("%s did not start; next try in %.1f s", charge.name, wait)
        self._started[key] = self._now()
        self._next_try[key] = self._now() + wait
        self._back_off[key] = min(wait * 2, BACK_OFF_SECONDS_MAX)
