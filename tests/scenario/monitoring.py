"""What became of a reminder."""

from app import database
from app.monitoring.actions import ConcludeReminder, conclude_reminder
from app.monitoring.models import ReminderState
from tests.factories import LoanKey, make_loan
from tests.scenario.scene import SCHEDULE, SYSTEM, Say, Scene


async def _planned(loan: LoanKey) -> ConcludeReminder:
    id = await database.value(
        "INSERT INTO reminder (customer_id, loan_id, instalment_number, days, reason, state,"
        " state_reason, planned_on, language, message_id)"
        " VALUES ($1, $2, 1, 1, 'overdue', 'planned', '', '2026-03-15', '', '') RETURNING id",
        *loan,
    )
    return ConcludeReminder(
        customer_id=loan.customer_id, reminder_id=id, state=ReminderState.sent, message_id="<1@x>"
    )


async def of_a_planned_one(scene: Scene) -> ConcludeReminder:
    return await _planned(await scene.loan())


async def of_one_sent_before(scene: Scene) -> ConcludeReminder:
    order = await _planned(await scene.loan())
    await conclude_reminder(SYSTEM, order)
    return order


async def of_a_stranger(scene: Scene) -> ConcludeReminder:
    return await _planned(await make_loan(SCHEDULE))


async def of_none(scene: Scene) -> ConcludeReminder:
    return ConcludeReminder(
        customer_id=await scene.borrower(), reminder_id=404, state=ReminderState.sent
    )


SCENARIOS: dict[str, list[Say]] = {
    "reminder.conclude": [of_a_planned_one, of_one_sent_before, of_a_stranger, of_none],
}
