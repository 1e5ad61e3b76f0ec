"""The board of 20,000 open cases: how long its page and a move take, and how large they are.

    python -m bench.board [--cases 20000] [--times 200] [--listeners 200]

Starts engines of its own, fills them, and asks the whole application: session, guards, drawing.
The lead sees every case, a collector those of one team in twenty."""

import argparse
import asyncio
import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx2

from app.engine.place import Place

SEED = 7
PAGE_MS_MAX, MOVE_MS_MAX, TOLD_MS_MAX = 300, 150, 1000
PAGE_BYTES_MAX, MOVE_BYTES_MAX = 300_000, 10_000
MOVE_STATEMENTS_MAX = 10
BOARD = "/collection/board"
STAGES = ("to_contact", "contacted", "promised", "negotiating", "legal")


class Measured(NamedTuple):
    name: str
    took_ms: list[float]
    largest_bytes: int
    limit_ms: int
    limit_bytes: int

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.took_ms, n=20)[-1]

    def say(self) -> bool:
        fits = self.p95 <= self.limit_ms and self.largest_bytes <= self.limit_bytes
        print(  # noqa: T201
            f"{self.name:<34} median {statistics.median(self.took_ms):6.1f} ms"
            f"  p95 {self.p95:6.1f} ms (asked {self.limit_ms})"
            f"  largest {self.largest_bytes:>7,} B{'' if fits else '  TOO MUCH'}"
        )
        return fits


class Reader(NamedTuple):
    name: str
    user_id: int
    client: httpx2.AsyncClient
    headers: dict[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--listeners", type=int, default=200)
    wanted = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="afterloan-board-"))
    os.environ["AFTERLOAN_HOME"] = str(home)
    os.environ["AFTERLOAN_LOG_LEVEL"] = "ERROR"
    try:
        return _run(home, wanted)
    finally:
        Place(home).remove()
        shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, wanted: argparse.Namespace) -> int:
    # Settings are read once, so everything that reads them comes after the environment.
    from app.engine.hold import hold_engines
    from app.migration import migrate
    from bench.board_book import fill

    with hold_engines(home) as engines:
        os.environ["DATABASE_URL"] = engines.database_url
        os.environ["REDIS_URL"] = engines.redis_url
        asyncio.run(migrate(engines.database_url))
        asyncio.run(fill(engines.database_url, wanted.cases, SEED))
        return asyncio.run(_measure(wanted))


async def _measure(wanted: argparse.Namespace) -> int:
    from app.asgi import app
    from bench.board_book import LEAD

    async with AsyncExitStack() as open_until_the_end:
        await open_until_the_end.enter_async_context(app.router.lifespan_context(app))
        lead = await _signed_in(open_until_the_end, app, "lead", LEAD)
        collector = await _signed_in(open_until_the_end, app, "collector", 2)
        fits = [
            measured.say()
            for reader in (lead, collector)
            for measured in await _of_reader(reader, wanted.times)
        ]
        fits.append((await _told(lead, wanted.times // 4, wanted.listeners)).say())
        fits.append(await _few_statements(lead))
    return 0 if all(fits) else 1


async def _signed_in(stack: AsyncExitStack, app: Any, name: str, user_id: int) -> Reader:
    from app.identity.actions import open_session
    from app.identity.order import OpenSession
    from app.identity.session import person, session_cookie
    from app.permission import Role
    from app.settings import settings
    from app.web.csrf import csrf_token

    roles = frozenset({Role(name)})
    actor = person(id=user_id, name=name, roles=roles)
    opened = await open_session(actor, OpenSession(user_id=user_id, roles=[*roles]))
    token = opened.result.token
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, client=("127.0.0.1", 50000)),
        base_url="http://127.0.0.1:8000",
        cookies={session_cookie(settings()): token},
    )
    part = {"HX-Request": "true", "HX-Request-Type": "partial", "X-CSRF-Token": csrf_token(token)}
    return Reader(name, user_id, await stack.enter_async_context(client), part)


async def _of_reader(reader: Reader, times: int) -> list[Measured]:
    """Each question warmed up by itself, then asked that many times."""

    async def page(query: str = "") -> httpx2.Response:
        return await reader.client.get(f"{BOARD}{query}", headers={"Accept-Language": "zh-CN"})

    async def next_page() -> httpx2.Response:
        return await reader.client.get(unescaped(more), headers=reader.headers)

    async def move() -> httpx2.Response:
        return await _move(reader, next(moves))

    first = (await page()).text
    more = re.findall(rf'hx-get="({BOARD}/to_contact/cases[^"]+)"', first)[0]
    moves = iter(Random(SEED).sample(await _cases(reader), times + 20))
    name = reader.name
    return [
        await _timed(f"{name}: first page", page, times, PAGE_MS_MAX, PAGE_BYTES_MAX),
        await _timed(f"{name}: filtered by bucket", lambda: page("?bucket=2"), times, PAGE_MS_MAX,
                     PAGE_BYTES_MAX),
        await _timed(f"{name}: next 40 of a column", next_page, times, PAGE_MS_MAX, PAGE_BYTES_MAX),
        await _timed(f"{name}: move", move, times, MOVE_MS_MAX, MOVE_BYTES_MAX),
    ]  # fmt: skip


def unescaped(url: str) -> str:
    return url.replace("&amp;", "&")


async def _timed(
    name: str, ask: Callable[[], Awaitable[httpx2.Response]], times: int, ms: int, size: int
) -> Measured:
    took, largest = [], 0
    for number in range(times + 10):
        began = time.perf_counter()
        answer = await ask()
        if number >= 10:
            took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text[:500]
        largest = max(largest, len(answer.content))
    return Measured(name, took, largest, ms, size)


async def _cases(reader: Reader) -> list[tuple[int, int, str]]:
    from app import database
    from bench.board_book import LEAD

    found = await database.rows(
        "SELECT customer_id, id, stage FROM collection_case"
        " WHERE closed_on IS NULL AND version = 1 AND ($1::bigint IS NULL OR team_id = $1)",
        None if reader.user_id == LEAD else 1,
    )
    return [(row["customer_id"], row["id"], row["stage"]) for row in found]


async def _move(reader: Reader, case: tuple[int, int, str]) -> httpx2.Response:
    customer_id, case_id, stage = case
    to = STAGES[(STAGES.index(stage) + 1) % len(STAGES)]
    url = f"{BOARD}/{to}/drops/{customer_id}-{case_id}"
    return await reader.client.post(url, data={"version": "1"}, headers=reader.headers)


async def _told(reader: Reader, times: int, listeners: int) -> Measured:
    """From the click to the last of so many other open boards, all of the widest scope."""
    from app.collection import live
    from app.collection.view import BoardFilter, BoardView
    from app.permission import Role
    from tests.factories import actor_of

    broker = live.broker()
    assert broker is not None
    # Half of them look at one bucket: two audiences, so two sets of sums.
    views = [
        BoardView(actor_of(Role.collector), BoardFilter(bucket=None if n % 2 else 1))
        for n in range(listeners)
    ]
    boards = [broker.listen(view, client_id="", since=None) for view in views]
    for board in boards:
        await anext(board)
    took = []
    for case in Random(SEED + 1).sample(await _cases(reader), times):
        began = time.perf_counter()
        waiting = [asyncio.ensure_future(anext(board)) for board in boards]
        await _move(reader, case)
        await asyncio.gather(*waiting)
        took.append((time.perf_counter() - began) * 1000)
    for board in boards:
        with suppress(StopAsyncIteration):
            await board.aclose()
    return Measured(f"told to {listeners} open boards", took, 0, TOLD_MS_MAX, 0)


async def _few_statements(reader: Reader) -> bool:
    """The pool's own tidying of a connection left out, the transaction's words counted."""
    from app.database import close_database, init_database, listen_to_statements

    *first, case = Random(SEED + 2).sample(await _cases(reader), 20)
    sent: list[str] = []
    # The driver only listens on connections made from now on.
    listen_to_statements(sent.append)
    await close_database()
    await init_database()
    # Each new connection is asked for its types once.
    for one in first:
        await _move(reader, one)
    sent.clear()
    answer = await _move(reader, case)
    ours = [one for one in sent if not one.startswith("SELECT pg_advisory_unlock_all")]
    print(f"a move: {len(ours)} statements, {len(answer.content):,} B")  # noqa: T201
    return len(ours) <= MOVE_STATEMENTS_MAX


if __name__ == "__main__":
    raise SystemExit(main())
