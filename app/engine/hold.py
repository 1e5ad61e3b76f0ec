"""The engines for as long as somebody needs them.

Every command that needs a database holds the engines of its home; the first holder starts them, all
of them watch them, the last one stops them. A holder that is killed lets go by dying, and the next
one adopts them."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.engine.place import Place, try_lock
from app.engine.postgres import Postgres
from app.engine.redis import Redis
from app.engine.supervisor import Charge, Supervisor


@dataclass(frozen=True, kw_only=True)
class Addresses:
    database_url: str
    redis_url: str


@contextmanager
def hold_engines(
    home: Path, *, database_url: str | None = None, redis_url: str | None = None
) -> Iterator[Addresses]:
    """What the operator names is used; only what he does not name is ours to run."""
    with ExitStack() as stack:
        if not (database_url and redis_url):
            place = Place(home)
            postgres, redis = Postgres(place), Redis(place)
            wanted: list[Charge] = []
            if not database_url:
                wanted.append(postgres)
            if not redis_url:
                wanted.append(redis)
            stack.enter_context(holding(place, wanted))
            database_url, redis_url = database_url or postgres.url, redis_url or redis.url
        yield Addresses(database_url=database_url, redis_url=redis_url)


@contextmanager
def holding(place: Place, engines: Sequence[Charge]) -> Iterator[None]:
    guarded = [_OneAtATime(place, engine) for engine in engines]
    supervisor = Supervisor(guarded)
    with (place.root / "holders.lock").open("a") as holders:
        fcntl.flock(holders, fcntl.LOCK_SH)
        try:
            supervisor.start()
            supervisor.watch()
            yield
        finally:
            supervisor.unwatch()
            with place.starting():
                fcntl.flock(holders, fcntl.LOCK_UN)
                if try_lock(holders):
                    for engine in reversed(engines):
                        engine.stop()


class _OneAtATime:
    """Several holders may see the same engine die; the first starts it, the others find it up."""

    def __init__(self, place: Place, engine: Charge) -> None:
        self._place = place
        self._engine = engine
        self.name = engine.name

    def alive(self) -> bool:
        return self._engine.alive()

    def start(self) -> None:
        with self._place.starting():
            self._engine.start()

    def stop(self) -> None:
        self._engine.stop()
