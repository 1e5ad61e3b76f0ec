"""Hostile GraphQL against the whole product: how long a refusal takes, and what it costs in memory.

    python -m bench.hostile

Starts a database and one web process of its own, sends every probe of the suite several times, and
says for each the slowest refusal; then the memory before and after."""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx2
import psutil

from app.settings import settings
from tests import run
from tests.graphql.hostile import Probe, probes

REPEATS = 5
REFUSAL_MS_MAX = 200
GROWTH_MB_MAX = 20
_BYTES_OF_MEGABYTE = 1024 * 1024


class Refused(NamedTuple):
    probe: Probe
    status: int
    code: str
    slowest_ms: float
    median_ms: float

    @property
    def is_good(self) -> bool:
        return (
            self.status < 500 and self.code == self.probe.code and self.slowest_ms <= REFUSAL_MS_MAX
        )


def main() -> int:
    folder = run.run_folder()
    os.environ["AFTERLOAN_HOME"] = str(folder / "home-hostile")
    run.stay_alive(folder)
    try:
        with run.servers() as (database_url, redis_url):
            os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = database_url, redis_url
            settings.cache_clear()
            token = asyncio.run(_token())
            with _web_process() as (address, process):
                return asyncio.run(_measure(address, token, psutil.Process(process.pid)))
    finally:
        run.remove(folder)


async def _measure(address: str, token: str, server: psutil.Process) -> int:
    async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
        # The first round loads what is loaded late; memory is compared after it.
        await _round(client, token)
        before = server.memory_info().rss
        found = [await _refused(client, token, probe) for probe in probes()]
        after = server.memory_info().rss
    for one in found:
        mark = " " if one.is_good else "!"
        print(  # noqa: T201
            f"{mark} {one.slowest_ms:7.1f} ms slowest {one.median_ms:7.1f} ms median"
            f"  {one.status} {one.code:<26} {one.probe.name}"
        )
    growth = (after - before) / _BYTES_OF_MEGABYTE
    slowest = max(one.slowest_ms for one in found)
    print(  # noqa: T201
        f"{len(found)} probes, {REPEATS} times each: slowest {slowest:.1f} ms;"
        f" memory {before / _BYTES_OF_MEGABYTE:.0f} MB, afterwards {growth:+.1f} MB"
    )
    return 0 if all(one.is_good for one in found) and growth <= GROWTH_MB_MAX else 1


async def _round(client: httpx2.AsyncClient, token: str) -> None:
    for probe in probes():
        await _send(client, token, probe)


async def _refused(client: httpx2.AsyncClient, token: str, probe: Probe) -> Refused:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        response = await _send(client, token, probe)
        took.append((time.perf_counter() - began) * 1000)
    code = response.json()["errors"][0]["extensions"]["code"]
    return Refused(probe, response.status_code, code, max(took), statistics.median(took))


async def _send(client: httpx2.AsyncClient, token: str, probe: Probe) -> httpx2.Response:
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
        **probe.headers,
    }
    return await client.post("/graphql", content=probe.body, headers=headers)


async def _token() -> str:
    from app.actor import Actor
    from app.database import close_database, init_database
    from app.identity.actions import issue_token
    from app.identity.order import IssueToken
    from app.identity.scope import Scope

    await init_database()
    try:
        order = IssueToken(client="bench", scopes=list(Scope))
        return (await issue_token(Actor.system("bench"), order)).result.token
    finally:
        await close_database()


@contextmanager
def _web_process() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ["AFTERLOAN_PORT"] = str(port)
    command = [sys.executable, "-m", "uvicorn", "app.asgi:app", "--port", str(port)]
    with subprocess.Popen([*command, "--log-level", "warning"], stderr=subprocess.DEVNULL) as web:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}", web
        finally:
            web.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the web process does not answer")


if __name__ == "__main__":
    sys.exit(main())
