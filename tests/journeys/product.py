"""The product as a newcomer starts it: one `afterloan demo` with a book of its own, and a mail
server beside it."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from httpx2 import Client

from app.engine.place import Place
from tests.journeys.book import write_book
from tests.mailbox import Mailbox

STARTED_SECONDS_MAX = 120
_TOKEN = re.compile(r"Bearer (\S+)'")


@dataclass(frozen=True, slots=True)
class Product:
    url: str
    token: str
    home: Path
    mailbox: Mailbox

    def ask(self, query: str, **variables: object) -> dict[str, object]:
        """One GraphQL call as an integrator makes it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        with Client(base_url=self.url, headers=headers, trust_env=False) as client:
            answer = client.post("/graphql", json={"query": query, "variables": variables})
        told: dict[str, object] = orjson.loads(answer.content)
        assert "errors" not in told, told
        data = told["data"]
        assert isinstance(data, dict)
        return data

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.command.main", *arguments],
            env=_environment(self.home, self.url),
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    home = folder / "home"
    url = f"http://127.0.0.1:{_free_port()}"
    write_book(folder / "book")
    with Mailbox() as mailbox:
        environment = _environment(home, url) | {"AFTERLOAN_SMTP_URL": mailbox.url}
        process = subprocess.Popen(
            [sys.executable, "-m", "app.command.main", "demo", "--book", str(folder / "book")],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said = _until_ready(process)
            found = _TOKEN.search(said)
            assert found, said
            yield Product(url, found[1], home, mailbox)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            assert process.stdout is not None
            process.stdout.close()
            Place(home).remove()


def _until_ready(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    said, ends = b"", time.monotonic() + STARTED_SECONDS_MAX
    while b"Ready in" not in said:
        ready, _, _ = select.select([process.stdout], [], [], 1)
        if ready:
            some = os.read(process.stdout.fileno(), 65_536)
            said += some
            assert some, said.decode()
        assert time.monotonic() < ends, said.decode()
    return said.decode()


def _environment(home: Path, url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        # What it says is read above.
        "LANG": "C",
        "AFTERLOAN_HOME": str(home),
        "AFTERLOAN_PORT": url.rpartition(":")[2],
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
