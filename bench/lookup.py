"""Look-up over a million encrypted borrowers: how long the answer takes, by each key.

    python -m bench.lookup [--customers 1000000] [--times 400]

Starts a database of its own and fills it; then asks the search box itself, with its audit entry,
its rate counter and its drawing, once as somebody who sees all and once as a collector of one
team."""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import httpx2

from app.actor import Actor
from app.engine.place import Place

LIMIT_MS = 50
SEED = 7


class Timing(NamedTuple):
    key: str
    took_ms: list[float]
    found: int

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.took_ms, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=400)
    wanted = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="afterloan-lookup-"))
    os.environ["AFTERLOAN_HOME"] = str(home)
    try:
        return _run(home, wanted.customers, wanted.times)
    finally:
        Place(home).remove()
        shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, customers: int, times: int) -> int:
    # Settings are read once, so everything that reads them comes after the environment.
    from app.engine.hold import hold_engines
    from app.migration import migrate
    from bench.lookup_book import fill

    with hold_engines(home) as engines:
        os.environ["DATABASE_URL"] = engines.database_url
        os.environ["REDIS_URL"] = engines.redis_url
        began = time.perf_counter()
        asyncio.run(migrate(engines.database_url))
        asyncio.run(fill(engines.database_url, customers, SEED))
        print(f"{customers:,} borrowers written in {time.perf_counter() - began:.0f} s")  # noqa: T201
        return asyncio.run(_measure(customers, times))


async def _measure(customers: int, times: int) -> int:
    from app.customer import actions
    from app.database import close_database, init_database
    from app.permission import Role, RowScope
    from tests.factories import actor_of

    actions.LOOK_UPS_PER_MINUTE_MAX = 10**9
    await init_database()
    slowest = 0.0
    try:
        for name, actor in (
            ("sees all", actor_of(Role.service)),
            ("one team", actor_of(Role.collector, row_scope=RowScope.team, team_id=1)),
        ):
            for timing in [await _timed(actor, key, customers, times) for key in _questions()]:
                slowest = max(slowest, timing.p95)
                print(  # noqa: T201
                    f"{name:<9} {timing.key:<14} median {statistics.median(timing.took_ms):6.1f} ms"
                    f"  p95 {timing.p95:6.1f} ms  slowest {max(timing.took_ms):6.1f} ms"
                    f"  found {timing.found / len(timing.took_ms):6.1f}"
                )
    finally:
        await close_database()
    return 0 if slowest <= LIMIT_MS else 1


async def _timed(actor: Actor, key: str, customers: int, times: int) -> Timing:
    from tests.views.client import PART, browsing
    from views import customer

    ask, draw = _questions()[key], Random(key)
    took, found = [], 0
    async with browsing(customer.routes, actor=actor) as client:
        for number in _numbers(draw, customers, times, team=actor.team_id):
            began = time.perf_counter()
            answer = await client.post("/search", data={"q": ask(number)}, headers=PART)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200
            found += _hits(answer)
    return Timing(key, took, found)


def _numbers(draw: Random, customers: int, times: int, team: int | None) -> Iterator[int]:
    """Borrowers whom the one who asks may see."""
    from bench.lookup_book import TEAMS

    for _ in range(times):
        number = 1 + int(draw.random() * customers)
        yield number if team is None else max(number - number % TEAMS + team - 1, TEAMS)


def _hits(answer: httpx2.Response) -> int:
    return answer.text.count('role="option"')


def _questions() -> dict[str, Callable[[int], str]]:
    """How one would look for the borrower of that number, by each key."""
    from app.customer.models import KeyKind
    from app.customer.reading import readings
    from app.customer.search_key import name_terms
    from app.number import customer_number, loan_number
    from app.operation.generator.person import Person
    from bench.lookup_book import person_of, source_number

    def person(number: int) -> Person:
        return person_of(SEED, number)

    def term(kind: KeyKind) -> Callable[[int], str]:
        def of(number: int) -> str:
            terms = (text for k, text in name_terms(person(number).name) if k is kind)
            return next(terms)

        return of

    return {
        "loan number": loan_number,
        "customer number": customer_number,
        "source number": source_number,
        "phone": lambda number: person(number).phone,
        "last four": lambda number: person(number).phone[-4:],
        "ID number": lambda number: person(number).id_number,
        "e-mail": lambda number: person(number).email or f"k{number}@example.com",
        "name": lambda number: person(number).name,
        "surname": lambda number: person(number).name[:1],
        "two characters": lambda number: person(number).name[:2],
        "surname pinyin": lambda number: "".join(readings(person(number).name[:1])[0]),
        "first syllables": lambda number: "".join(readings(person(number).name)[0][:2]),
        "pinyin": term(KeyKind.pinyin),
        "initials": term(KeyKind.initials),
    }


if __name__ == "__main__":
    raise SystemExit(main())
