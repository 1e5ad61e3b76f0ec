"""Redis is killed and frozen while twenty read pages and post money, a card is moved to and fro, a
board listens and reminders are asked for. It only carries: of all these only the reminders wait."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from app import outbox
from app.collection.models import Stage
from app.database import close_database, init_database
from app.engine.redis import Redis
from app.outbox import Message
from app.permission import Role
from app.unit_of_work import unit_of_work
from app.web.csrf import HEADER, csrf_token
from tests.app.collection.rows import CaseKey, make_case
from tests.app.identity.people import session_of, somebody
from tests.chaos import accident
from tests.chaos.ask import ask
from tests.chaos.crowd import figure, longest, seconds_until_well
from tests.chaos.house import (
    BOARD,
    Engines,
    House,
    each_payment_once,
    engines,
    house,
    load,
    open_books,
)
from tests.chaos.test_worker_killed import address_of, plan
from tests.factories import BOOKED_AT, make_branch, make_team
from tests.mailbox import Mailbox
from tests.network import until

pytestmark = pytest.mark.slow

FROZEN_SECONDS = 12
REMINDERS = 10
# No answer comes near a time-out of the database.
ANSWERED_WITHIN_SECONDS = 5
PAUSE_SECONDS = 0.3


class Desk(NamedTuple):
    """Who moves the card, and the card."""

    word: str
    case: CaseKey


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Engines]:
    with engines(tmp_path / "home") as made:
        yield made


@pytest.mark.parametrize("accident_of", ["killed", "frozen"])
async def test_only_reminders_wait_for_redis(
    used: Engines, tmp_path: Path, accident_of: str
) -> None:
    books, desk = await open_books(used.postgres.url), await open_desk(used.postgres.url)
    with Mailbox() as mailbox:
        smtp = {"AFTERLOAN_SMTP_URL": mailbox.url, "AFTERLOAN_OUTBOX_HAND_AGAIN": "PT2S"}
        with house(tmp_path, used, books, **smtp) as ours, listening(ours) as heard:
            with load(ours) as using, moving(ours, desk) as moved:
                seconds_until_well(using.logs)
                with away(used.redis, accident_of):
                    await ask_for_reminders(used.postgres.url)
                    before = len(moved)
                    figure("well_without_redis", seconds_until_well(using.logs))
                    until(lambda: len(moved) > before + 3, "cards stay where they are")
                    until(lambda: heard[-1] > before + 1, "the open board stands still")
                figure("well_with_redis", seconds_until_well(using.logs))
            until(lambda: len(mailbox.recipients) >= REMINDERS, "reminders are lost")
            until(lambda: heard[-1:] == moved[-1:], "the open board stands still")
            # Some moves are told as one, but in their order and none of them twice.
            assert sorted(set(heard) & set(moved)) == heard
            first_id = await ask(used.postgres.url, "SELECT min(id) FROM live_event")
            assert replayed(ours, first_id[0][0]) == moved[-1:]
            assert ours.is_as_begun
            await each_payment_once(ours, using)

    figure("longest_answer", longest(using.logs))
    assert using.faults == []
    # The database was there all the time: nobody was refused.
    assert [one for log in using.logs for one in log.answers if not one.is_well] == []
    assert longest(using.logs) < ANSWERED_WITHIN_SECONDS
    assert Counter(mailbox.recipients) == {address_of(number): 1 for number in range(REMINDERS)}


@contextmanager
def away(redis: Redis, how: str) -> Iterator[None]:
    assert redis._process is not None
    if how == "killed":
        accident.kill(redis._process)
        yield
        return
    with accident.frozen(redis._process):
        thawed_at = time.monotonic() + FROZEN_SECONDS
        yield
        time.sleep(max(0, thawed_at - time.monotonic()))


async def open_desk(url: str) -> Desk:
    await init_database(url, application="afterloan-tests")
    try:
        branch_id = await make_branch()
        team_id = await make_team(branch_id)
        case = await make_case(branch_id=branch_id, team_id=team_id)
        lead = await somebody(Role.lead, subject="lead", team="east-1")
        return Desk(await session_of(lead), case)
    finally:
        await close_database()


async def ask_for_reminders(url: str) -> None:
    await init_database(url, application="afterloan-tests")
    try:
        planned = [await plan(number) for number in range(REMINDERS)]
        async with unit_of_work():
            messages = [Message("monitoring.send_reminder", payload) for payload in planned]
            await outbox.put(messages, BOOKED_AT)
    finally:
        await close_database()


@contextmanager
def moving(on: House, desk: Desk) -> Iterator[list[int]]:
    """The versions of the case that its mover was told of."""
    versions, enough = list[int](), threading.Event()

    def move() -> None:
        headers = {HEADER: csrf_token(desk.word), "HX-Request": "true", "Cookie": cookie(on, desk)}
        with browser(on, headers) as client:
            while not enough.wait(PAUSE_SECONDS):
                version = len(versions) + 1
                stage = (Stage.contacted, Stage.promised)[version % 2]
                path = f"{BOARD}/{stage}/drops/{desk.case.customer_id}-{desk.case.case_id}"
                answer = client.post(path, data={"version": str(version)})
                assert answer.status_code == 200, answer.text
                versions.append(version + 1)

    thread = threading.Thread(target=move, daemon=True)
    thread.start()
    try:
        yield versions
    finally:
        enough.set()
        thread.join()


@contextmanager
def listening(on: House) -> Iterator[list[int]]:
    """The versions of the case that an open board was told of."""
    versions, opened = list[int](), threading.Event()

    def listen() -> None:
        with (
            browser(on, {"Cookie": on.cookie}) as client,
            client.stream("GET", f"{BOARD}/events", timeout=None) as stream,
        ):
            for line in stream.iter_lines():
                opened.set()
                versions.extend(versions_in(line))

    threading.Thread(target=listen, daemon=True).start()
    assert opened.wait(PAUSE_SECONDS * 100)
    yield versions


def replayed(on: House, since: int) -> list[int]:
    """What a browser that comes again is told first."""
    headers = {"Cookie": on.cookie, "Last-Event-ID": str(since)}
    with (
        browser(on, headers) as client,
        client.stream("GET", f"{BOARD}/events") as stream,
    ):
        told = list[int]()
        for line in stream.iter_lines():
            if not line:
                return told
            told.extend(versions_in(line))
    return told


def versions_in(line: str) -> list[int]:
    return [int(version) for version in re.findall(r' data-version="(\d+)"', line)]


def browser(on: House, headers: dict[str, str]) -> httpx2.Client:
    return httpx2.Client(base_url=on.base_url, headers=headers, timeout=15, trust_env=False)


def cookie(on: House, desk: Desk) -> str:
    return f"afterloan-{on.port}-session={desk.word}"
