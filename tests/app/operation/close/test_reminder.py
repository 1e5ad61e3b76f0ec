from datetime import date

import msgspec
import pytest

from app import database as db
from tests.app.operation.close.book import close_to
from tests.factories import make_customer, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

SCHEDULE = [(date(2026, 3, 15), 100_00, 0), (date(2026, 3, 17), 50_00, 0)]


async def planned() -> list[tuple[date, int, str, int]]:
    found = await db.rows(
        "SELECT planned_on, instalment_number, reason, days FROM reminder"
        " ORDER BY planned_on, instalment_number, days"
    )
    return [tuple(row.values()) for row in found]


async def change_setting(name: str, value: object) -> None:
    await db.execute(
        "INSERT INTO business_setting (name, value, version, changed_at, changed_by)"
        " VALUES ($1, $2::jsonb, 1, now(), 'test')",
        name, msgspec.json.encode(value).decode(),
    )  # fmt: skip


async def test_each_unpaid_instalment_is_told_of_before_on_and_after_its_date() -> None:
    await set_business_date(date(2026, 3, 10))
    await make_loan(SCHEDULE)
    await close_to(date(2026, 3, 31))
    assert await planned() == [
        (date(2026, 3, 12), 1, "due_soon", -3),
        (date(2026, 3, 14), 2, "due_soon", -3),
        (date(2026, 3, 15), 1, "due_today", 0),
        (date(2026, 3, 16), 1, "overdue", 1),
        (date(2026, 3, 17), 2, "due_today", 0),
        (date(2026, 3, 18), 2, "overdue", 1),
    ]


async def test_each_reminder_asks_for_one_job_in_the_borrowers_language() -> None:
    await set_business_date(date(2026, 3, 11))
    customer_id = await make_customer(language="en")
    await make_loan(SCHEDULE, customer_id=customer_id)
    [done] = await close_to(date(2026, 3, 12))
    assert done.reminders_planned == 1
    [reminder] = await db.rows("SELECT id, state, language FROM reminder")
    assert (reminder["state"], reminder["language"]) == ("planned", "en")
    [job] = await db.rows("SELECT topic, payload::text, attempts FROM outbox")
    assert (job["topic"], job["attempts"]) == ("monitoring.send_reminder", 0)
    assert msgspec.json.decode(job["payload"]) == {
        "customer_id": customer_id,
        "reminder_id": reminder["id"],
    }


async def test_paid_instalment_is_not_told_of() -> None:
    await set_business_date(date(2026, 3, 11))
    loan = await make_loan(SCHEDULE)
    await db.execute(
        "UPDATE instalment SET principal_paid_minor = principal_minor, settled_on = '2026-03-11'"
        " WHERE customer_id = $1 AND number = 1",
        loan.customer_id,
    )
    await db.execute(
        "UPDATE loan SET principal_left_minor = 50_00, next_due_on = '2026-03-17',"
        " next_change_on = '2026-03-18' WHERE customer_id = $1",
        loan.customer_id,
    )
    await close_to(date(2026, 3, 16))
    assert await planned() == [(date(2026, 3, 14), 2, "due_soon", -3)]


async def test_days_are_a_setting() -> None:
    await change_setting("reminder.days_before_due", [10, 5])
    await change_setting("reminder.days_past_due", [1, 7])
    await set_business_date(date(2026, 3, 1))
    await make_loan(SCHEDULE[:1])
    await close_to(date(2026, 3, 31))
    assert await planned() == [
        (date(2026, 3, 5), 1, "due_soon", -10),
        (date(2026, 3, 10), 1, "due_soon", -5),
        (date(2026, 3, 16), 1, "overdue", 1),
        (date(2026, 3, 22), 1, "overdue", 7),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("reminder.days_before_due", ["overdue"]), ("reminder.days_past_due", ["due_soon"])],
)
async def test_one_kind_can_be_left_out(name: str, expected: list[str]) -> None:
    await change_setting(name, [])
    await set_business_date(date(2026, 3, 11))
    await make_loan(SCHEDULE[:1])
    await close_to(date(2026, 3, 12))
    await set_business_date(date(2026, 3, 15))
    await close_to(date(2026, 3, 16))
    assert [row[2] for row in await planned()] == expected


async def test_reminders_can_be_off() -> None:
    await change_setting("reminder.enabled", False)
    await set_business_date(date(2026, 3, 11))
    await make_loan(SCHEDULE)
    await close_to(date(2026, 3, 20))
    assert await planned() == []
    assert await db.value("SELECT count(*) FROM outbox") == 0
