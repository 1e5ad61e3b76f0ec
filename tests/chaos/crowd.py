"""Many at once: people who read, and programs. What each was answered, and when, is noted."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import httpx2
import orjson

from app.web.csrf import HEADER, csrf_token

# Who is not answered by then gives up, and that is a fault.
ANSWERED_WITHIN_SECONDS = 15
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 60
# By these sentences the reader of a page knows what is wrong.
_NAMED = re.compile("The database cannot be reached at the moment|The database was lost while")

_log = logging.getLogger(__name__)

Ask = Callable[[httpx2.Client], httpx2.Response]


class Answer(NamedTuple):
    asked_at: float
    seconds: float
    status: int
    # A program's code, a page's sentence; empty when all is well.
    named: str

    @property
    def is_well(self) -> bool:
        return self.status == 200 and not self.named


@dataclass
class Asked:
    answer: httpx2.Response | None = None


class Log:
    """The answers of one of them. `faults` are those that nobody should get."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.answers: list[Answer] = []
        self.faults: list[str] = []

    @contextmanager
    def asking(self) -> Iterator[Asked]:
        asked, began = Asked(), time.monotonic()
        try:
            yield asked
        except httpx2.TransportError as error:
            took = time.monotonic() - began
            self.faults.append(f"{self.name}: {type(error).__name__} after {took:.1f} s")
        else:
            assert asked.answer is not None
            self._note(asked.answer, began)

    def is_well_since(self, then: float) -> bool:
        last = self.answers[-1] if self.answers else None
        return last is not None and last.asked_at > then and last.is_well

    def _note(self, answer: httpx2.Response, began: float) -> None:
        noted = Answer(began, time.monotonic() - began, answer.status_code, _named(answer))
        self.answers.append(noted)
        if not (noted.status == 200 or (noted.status == 503 and noted.named)):
            self.faults.append(f"{self.name}: {answer.status_code} {answer.text[:300]}")


def _named(answer: httpx2.Response) -> str:
    if not answer.headers.get("content-type", "").startswith("text/html"):
        errors = orjson.loads(answer.content).get("errors") or [{"extensions": {"code": ""}}]
        return str(errors[0]["extensions"]["code"])
    if answer.status_code == 200:
        return ""
    found = _NAMED.search(answer.text)
    return found[0] if found else ""


class Reader:
    """Asks the same again and again."""

    def __init__(self, name: str, client: httpx2.Client, ask: Ask) -> None:
        self.log, self.client, self._ask = Log(name), client, ask

    def run(self, home: threading.Event) -> None:
        while not home.wait(PAUSE_SECONDS):
            with self.log.asking() as asked:
                asked.answer = self._ask(self.client)


@contextmanager
def reading(readers: Sequence[Reader]) -> Iterator[None]:
    home = threading.Event()
    threads = [threading.Thread(target=one.run, args=[home], daemon=True) for one in readers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        home.set()
        for reader, thread in zip(readers, threads, strict=True):
            thread.join(PATIENCE_SECONDS)
            reader.client.close()
    assert not any(thread.is_alive() for thread in threads)


def seconds_until_well(logs: Sequence[Log]) -> float:
    """Until each of them has asked after now and was answered as on any other day."""
    since = time.monotonic()
    while ill := [log.name for log in logs if not log.is_well_since(since)]:
        assert time.monotonic() < since + PATIENCE_SECONDS, ill
        time.sleep(PAUSE_SECONDS)
    return time.monotonic() - since


def figure(name: str, seconds: float) -> None:
    """Seen with `--log-cli-level=INFO`."""
    _log.info("%s: %.1f s", name, seconds)


def longest(logs: Sequence[Log]) -> float:
    return max(answer.seconds for log in logs for answer in log.answers)


def page_reader(base_url: str, cookie: str, path: str, *, is_part: bool = False) -> Reader:
    part = {"HX-Request": "true", "HX-Request-Type": "partial"} if is_part else {}
    return Reader(path, _browser(base_url, cookie, part), lambda client: client.get(path))


def searcher(base_url: str, cookie: str, wanted: str) -> Reader:
    token = csrf_token(cookie.partition("=")[2])
    client = _browser(base_url, cookie, {HEADER: token, "HX-Request": "true"})
    return Reader("search", client, lambda client: client.post("/search", data={"q": wanted}))


def program(client: httpx2.Client, query: str) -> Reader:
    return Reader(query, client, lambda client: client.post("/graphql", json={"query": query}))


def _browser(base_url: str, cookie: str, headers: dict[str, str]) -> httpx2.Client:
    return httpx2.Client(
        base_url=base_url,
        headers={"Accept": "text/html", "Accept-Language": "en", "Cookie": cookie} | headers,
        timeout=ANSWERED_WITHIN_SECONDS,
        trust_env=False,
    )
