import asyncio
from datetime import UTC, date, datetime

import pytest

from app import clock
from app import database as db
from app.actor import Actor
from app.monitoring.actions import (
    ConcludeReminder,
    claim_sending,
    conclude_reminder,
    release_sending,
)
from app.monitoring.errors import ReminderAlreadyDone, ReminderNotFound
from app.monitoring.models import ReminderState
from app.monitoring.queries import reminder_facts
from app.permission import Role, RowScope
from tests.factories import LoanKey, actor_of, make_branch, make_customer, make_loan
from tests.factories import set_business_date as set_date

pytestmark = pytest.mark.usefixtures("database")
WORKER = Actor.system("reminder")
SCHEDULE = [(date(2026, 2, 28), 100_000, 1_000), (date(2026, 3, 31), 100_000, 500)]
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


async def plan(loan: LoanKey, number: int = 1) -> int:
    return int(
        await db.value(
            "INSERT INTO reminder (customer_id, loan_id, instalment_number, days, reason, state,"
            " state_reason, planned_on, language, message_id)"
            " VALUES ($1, $2, $3, 1, 'overdue', 'planned', '', '2026-03-01', '', '') RETURNING id",
            *loan,
            number,
        )
    )


async def a_loan(branch_id: int | None = None) -> LoanKey:
    await set_date(date(2026, 3, 1))
    customer_id = await make_customer("林思远", email="lin@example.org", branch_id=branch_id)
    return await make_loan(SCHEDULE, customer_id=customer_id)


def concluded(loan: LoanKey, id: int, state: ReminderState, why: str = "") -> ConcludeReminder:
    return ConcludeReminder(
        customer_id=loan.customer_id, reminder_id=id, state=state, why=why, message_id="<1@x>"
    )


async def test_of_many_workers_one_may_send() -> None:
    loan = await a_loan()
    id = await plan(loan)
    claims = await asyncio.gather(*(claim_sending(loan.customer_id, id) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]


async def test_a_claim_given_back_can_be_taken_again() -> None:
    loan = await a_loan()
    id = await plan(loan)
    assert await claim_sending(loan.customer_id, id)
    await release_sending(loan.customer_id, id)
    assert await claim_sending(loan.customer_id, id)


async def test_what_is_dealt_with_is_claimed_by_nobody() -> None:
    loan = await a_loan()
    id = await plan(loan)
    await conclude_reminder(WORKER, concluded(loan, id, ReminderState.skipped, "no_address"))
    assert not await claim_sending(loan.customer_id, id)
    assert not await claim_sending(loan.customer_id + 1, id)


@pytest.mark.parametrize("state", sorted(set(ReminderState) - {ReminderState.planned}))
async def test_what_became_of_it_is_written_once(state: ReminderState) -> None:
    loan = await a_loan()
    id = await plan(loan)
    with clock.frozen_at(AT):
        await conclude_reminder(WORKER, concluded(loan, id, state, "why"))
    row = await db.row("SELECT state, state_reason, message_id, sent_at FROM reminder")
    sent_at = AT if state is ReminderState.sent else None
    assert row == {
        "state": state.value, "state_reason": "why", "message_id": "<1@x>", "sent_at": sent_at,
    }  # fmt: skip
    with pytest.raises(ReminderAlreadyDone):
        await conclude_reminder(WORKER, concluded(loan, id, ReminderState.sent))
    assert await db.value("SELECT count(*) FROM audit_entry") == 1


async def test_a_reminder_of_another_branch_is_not_there() -> None:
    loan = await a_loan(await make_branch())
    id = await plan(loan)
    lead = actor_of(Role.lead, row_scope=RowScope.branch, branch_id=await make_branch("west", "W"))
    with pytest.raises(ReminderNotFound):
        await conclude_reminder(lead, concluded(loan, id, ReminderState.skipped))
    assert await db.value("SELECT state FROM reminder") == "planned"


async def test_what_a_letter_needs_is_read_just_before() -> None:
    loan = await a_loan()
    id = await plan(loan)
    facts = await reminder_facts(loan.customer_id, id)
    assert (facts.name, facts.email, facts.language) == ("林思远", "lin@example.org", "zh")
    assert (facts.due_on, facts.currency, facts.left_minor) == (date(2026, 2, 28), "CNY", 101_000)
    assert (facts.overdue_minor, facts.is_open, facts.sending_at) == (101_000, True, None)
    await claim_sending(loan.customer_id, id)
    assert (await reminder_facts(loan.customer_id, id)).sending_at is not None


async def test_a_reminder_that_never_was_has_no_facts() -> None:
    loan = await a_loan()
    with pytest.raises(ReminderNotFound):
        await reminder_facts(loan.customer_id, 404)
    id = await plan(loan)
    with pytest.raises(ReminderNotFound):
        await reminder_facts(loan.customer_id + 1, id)
