"""A worker is killed and Redis emptied in the middle of the day's reminders."""

import asyncio
import os
import subprocess
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from redis import Redis

from app import database as db
from app import outbox
from app.outbox import Message
from app.unit_of_work import unit_of_work
from tests.app.command.shell import started
from tests.chaos.ask import ask
from tests.factories import BOOKED_AT, make_customer, make_loan, set_business_date
from tests.mailbox import Mailbox
from tests.network import PATIENCE_SECONDS, until

pytestmark = pytest.mark.usefixtures("database", "redis")

REMINDERS = 60
KILLED_AFTER = (8, 22, 36)
FLUSHED_AFTER = 15
# No close of business is due before it.
ON = date(2099, 3, 1)
SCHEDULE = [(date(2099, 2, 28), 100_000, 1_000)]


class SlowMailbox(Mailbox):
    """Takes its time on both sides of taking a mail, so that a kill finds some on their way."""

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        await asyncio.sleep(0.1)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.1)
        return answer


async def test_nobody_is_reminded_twice_and_nobody_is_forgotten(tmp_path: Path) -> None:
    await plan_all()
    with SlowMailbox() as mailbox, ExitStack() as workers:
        worker = begin_work(workers, tmp_path / "0", mailbox)
        for count, killed_after in enumerate(KILLED_AFTER, start=1):
            until_mailed(mailbox, killed_after)
            worker.kill()
            worker.wait()
            worker = begin_work(workers, tmp_path / str(count), mailbox)
            if count == 1:
                until_mailed(mailbox, FLUSHED_AFTER)
                empty_redis()
        await until_nothing_is_open()

    states, mails = dict(await reminders()), Counter(mailbox.recipients)
    assert len(states) == REMINDERS
    assert max(mails.values()) == 1
    assert set(states.values()) <= {"sent", "uncertain"}
    # Each kill catches at most the one mail that is in its last step.
    assert Counter(states.values())["uncertain"] <= len(KILLED_AFTER)
    sent = {address_of(number) for number, state in states.items() if state == "sent"}
    assert sent <= set(mails)


async def plan_all() -> None:
    await set_business_date(ON)
    planned = [await plan(number) for number in range(REMINDERS)]
    async with unit_of_work():
        await outbox.put(
            [Message("monitoring.send_reminder", payload) for payload in planned], BOOKED_AT
        )


async def plan(number: int) -> dict[str, int]:
    customer_id = await make_customer(email=address_of(number), language="en")
    loan = await make_loan(SCHEDULE, customer_id=customer_id, source_number=str(number))
    reminder_id = await db.value(
        "INSERT INTO reminder (customer_id, loan_id, instalment_number, days, reason, state,"
        " state_reason, planned_on, language, message_id)"
        " VALUES ($1, $2, 1, 1, 'overdue', 'planned', '', $3, '', '') RETURNING id",
        loan.customer_id, loan.loan_id, ON,
    )  # fmt: skip
    return {"customer_id": customer_id, "reminder_id": reminder_id}


def address_of(number: int) -> str:
    return f"borrower-{number}@example.org"


async def until_nothing_is_open() -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await told("SELECT 1 FROM outbox WHERE done_at IS NULL"):  # noqa: ASYNC110 - a row says it
            await asyncio.sleep(0.1)


async def reminders() -> list[tuple[Any, ...]]:
    return await told(
        "SELECT source_number::int, reminder.state FROM reminder JOIN loan"
        " ON loan.customer_id = reminder.customer_id AND loan.id = loan_id"
    )


async def told(sql: str) -> list[tuple[Any, ...]]:
    return await ask(os.environ["DATABASE_URL"], sql)


def begin_work(workers: ExitStack, log: Path, mailbox: Mailbox) -> "subprocess.Popen[bytes]":
    return workers.enter_context(
        started(log, "work", AFTERLOAN_SMTP_URL=mailbox.url, AFTERLOAN_OUTBOX_HAND_AGAIN="PT1S")
    )


def until_mailed(mailbox: Mailbox, count: int) -> None:
    until(lambda: len(mailbox.recipients) >= count, f"only {len(mailbox.recipients)} mails")


def empty_redis() -> None:
    with Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushall()
