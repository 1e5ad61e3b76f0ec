"""Sending reminders."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from weakref import WeakKeyDictionary

from app import clock, mail, outbox
from app.actor import Actor
from app.monitoring.actions import (
    ConcludeReminder,
    claim_sending,
    conclude_reminder,
    release_sending,
)
from app.monitoring.errors import ReminderAlreadyDone, ReminderOnItsWay
from app.monitoring.models import ReminderReason, ReminderState
from app.monitoring.queries import ReminderFacts, reminder_facts
from app.operation.business_day import current_business_date
from views.mail import reminder_letter
from workers.job import job

REMINDER = Actor.system("reminder")
# So many times as long as a silent job is left to its worker.
DEAD_AFTER_TURNS = 5
# A lock belongs to the loop that first waits for it.
_last_steps: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@job("monitoring.send_reminder")
async def send_reminder(customer_id: int, reminder_id: int) -> None:
    """Asks again before it acts: the instalment may have been paid since the close planned this."""
    facts = await reminder_facts(customer_id, reminder_id)
    if facts.state is not ReminderState.planned:
        return
    if facts.sending_at is not None:
        await _give_up_on(facts, clock.now() - facts.sending_at)
    elif why := _why_not(facts):
        await _conclude(facts, ReminderState.skipped, why=why)
    else:
        await _send(facts)


async def _give_up_on(facts: ReminderFacts, since: timedelta) -> None:
    """Whoever began to send it is dead, or only slow: a slow one concludes it himself."""
    if since < outbox.hand_again_after() * DEAD_AFTER_TURNS:
        raise ReminderOnItsWay
    await _conclude(facts, ReminderState.uncertain, why="worker_died")


def _why_not(facts: ReminderFacts) -> str:
    if not facts.is_open or facts.left_minor == 0:
        return "paid_meanwhile"
    if facts.reason is ReminderReason.overdue and facts.overdue_minor == 0:
        return "paid_meanwhile"
    return "" if facts.email else "no_address"


async def _send(facts: ReminderFacts) -> None:
    """One mail at a time from its claim to its end: a worker that dies leaves one reminder
    uncertain, not as many as it had in hand."""
    async with AsyncExitStack() as last_step:

        async def claim() -> bool:
            await last_step.enter_async_context(_one_at_a_time())
            return await claim_sending(facts.customer_id, facts.id)

        await _deliver(facts, claim)


def _one_at_a_time() -> asyncio.Lock:
    return _last_steps.setdefault(asyncio.get_running_loop(), asyncio.Lock())


async def _deliver(facts: ReminderFacts, claim: Callable[[], Awaitable[bool]]) -> None:
    letter = await reminder_letter(facts, await current_business_date())
    message_id = mail.message_id_of("reminder", facts.customer_id, facts.id)
    try:
        message = mail.compose(
            to=facts.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=message_id,
        )
        taken = await mail.send(message, before_last_byte=claim)
    except mail.AddressUnusable:
        await _conclude(facts, ReminderState.failed, why="bad_address")
    except mail.MailRefused as refusal:
        await _conclude(facts, ReminderState.failed, why=f"smtp_{refusal.facts['reply']}")
    except mail.MailServerAway as away:
        if not away.facts.get("was_taken"):
            await release_sending(facts.customer_id, facts.id)
            raise
        await _conclude(facts, ReminderState.uncertain, why="server_fell_silent")
    else:
        if taken:
            await _conclude(facts, ReminderState.sent, message_id=message_id)


async def _conclude(
    facts: ReminderFacts, state: ReminderState, *, why: str = "", message_id: str = ""
) -> None:
    order = ConcludeReminder(
        customer_id=facts.customer_id,
        reminder_id=facts.id,
        state=state,
        why=why,
        message_id=message_id,
    )
    try:
        await conclude_reminder(REMINDER, order)
    except ReminderAlreadyDone:
        # Another worker was handed the same row after this one seemed dead.
        return
