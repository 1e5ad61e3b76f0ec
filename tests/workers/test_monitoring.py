from datetime import UTC, date, datetime
from typing import Any

import pytest

from app import database as db
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.mail import MailServerAway, NoMailServer
from app.monitoring.actions import claim_sending
from app.monitoring.errors import ReminderOnItsWay
from app.permission import Role
from app.settings import settings
from tests.factories import LoanKey, actor_of, make_customer, make_loan, set_business_date
from tests.mailbox import Mailbox
from workers.monitoring import send_reminder

pytestmark = pytest.mark.usefixtures("database")

SCHEDULE = [(date(2026, 2, 28), 100_000, 1_000), (date(2026, 3, 31), 100_000, 500)]


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 1))
    customer_id = await make_customer("林思远", email="lin@example.org", language="zh")
    return await make_loan(SCHEDULE, customer_id=customer_id)


async def plan(loan: LoanKey, reason: str = "overdue", number: int = 1) -> int:
    id = await db.value(
        "INSERT INTO reminder (customer_id, loan_id, instalment_number, days, reason, state,"
        " state_reason, planned_on, language, message_id)"
        " VALUES ($1, $2, $3, 1, $4, 'planned', '', '2026-03-01', '', '') RETURNING id",
        loan.customer_id, loan.loan_id, number, reason,
    )  # fmt: skip
    assert isinstance(id, int)
    return id


async def state(reminder_id: int) -> tuple[Any, ...]:
    row = await db.row(
        "SELECT state, state_reason, sent_at IS NOT NULL AS was_sent FROM reminder WHERE id = $1",
        reminder_id,
    )
    assert row is not None
    return tuple(row.values())


async def test_a_reminder_reaches_the_borrower_in_his_language(
    loan: LoanKey, smtp: Mailbox
) -> None:
    reminder_id = await plan(loan)
    await send_reminder(loan.customer_id, reminder_id)

    (message,) = smtp.messages
    assert smtp.recipients == ["lin@example.org"]
    assert message["Subject"] == "【Afterloan】您有一期还款已逾期"
    text = message.get_body(("plain",))
    assert text is not None
    assert (
        "第 1 期应于2026年2月28日还款，现已逾期 1 天，尚有 ¥1,010.00 未还。" in text.get_content()
    )
    assert await state(reminder_id) == ("sent", "", True)
    assert await db.value("SELECT verb FROM audit_entry") == "reminder.conclude"


async def test_english_is_as_complete(smtp: Mailbox) -> None:
    await set_business_date(date(2026, 3, 3))
    customer_id = await make_customer("Tom & Becker", email="tom@example.org", language="en")
    loan = await make_loan(SCHEDULE, customer_id=customer_id)
    await send_reminder(customer_id, await plan(loan))

    (message,) = smtp.messages
    assert message["Subject"] == "Afterloan: an instalment is past due"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().startswith("Dear Tom & Becker,")
    assert "has been past due for 3 days. ¥1,010.00 of it is still open." in text.get_content()
    assert "Tom &amp; Becker" in html.get_content()


async def test_a_second_run_sends_nothing(loan: LoanKey, smtp: Mailbox) -> None:
    reminder_id = await plan(loan)
    await send_reminder(loan.customer_id, reminder_id)
    await send_reminder(loan.customer_id, reminder_id)
    assert len(smtp.messages) == 1


async def test_who_paid_meanwhile_hears_nothing(loan: LoanKey, smtp: Mailbox) -> None:
    reminder_id = await plan(loan)
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=101_000,
        currency="CNY",
        value_on=date(2026, 3, 1),
    )
    await post_payment(actor_of(Role.credit_manager), order, key="paid")
    await send_reminder(loan.customer_id, reminder_id)

    assert smtp.messages == []
    assert await state(reminder_id) == ("skipped", "paid_meanwhile", False)


async def test_without_an_address_it_is_skipped_by_name(smtp: Mailbox) -> None:
    await set_business_date(date(2026, 3, 1))
    loan = await make_loan(SCHEDULE)
    reminder_id = await plan(loan)
    await send_reminder(loan.customer_id, reminder_id)
    assert await state(reminder_id) == ("skipped", "no_address", False)


@pytest.mark.parametrize("email", ["nobody", "a@example.org, b@example.org", "a@b\nBcc: c@d"])
async def test_an_address_that_cannot_be_one_is_not_tried(smtp: Mailbox, email: str) -> None:
    await set_business_date(date(2026, 3, 1))
    loan = await make_loan(SCHEDULE, customer_id=await make_customer(email=email))
    reminder_id = await plan(loan)
    await send_reminder(loan.customer_id, reminder_id)
    assert smtp.messages == []
    assert await state(reminder_id) == ("failed", "bad_address", False)


async def test_a_refusal_for_good_is_kept_with_the_servers_code(
    loan: LoanKey, smtp: Mailbox
) -> None:
    smtp.answer = "550 no such mailbox"
    reminder_id = await plan(loan)
    await send_reminder(loan.customer_id, reminder_id)
    assert await state(reminder_id) == ("failed", "smtp_550", False)


async def test_a_server_that_is_busy_is_asked_again(loan: LoanKey, smtp: Mailbox) -> None:
    smtp.answer = "451 try later"
    reminder_id = await plan(loan)
    with pytest.raises(MailServerAway):
        await send_reminder(loan.customer_id, reminder_id)
    assert await state(reminder_id) == ("planned", "", False)

    smtp.answer = "250 OK"
    await send_reminder(loan.customer_id, reminder_id)
    assert len(smtp.messages) == 1


async def test_after_a_crash_in_the_middle_it_is_not_sent_a_second_time(
    loan: LoanKey, smtp: Mailbox
) -> None:
    reminder_id = await plan(loan)
    await db.execute(
        "UPDATE reminder SET sending_at = $2 WHERE customer_id = $3 AND id = $1",
        reminder_id, datetime(2026, 3, 1, tzinfo=UTC), loan.customer_id,
    )  # fmt: skip
    await send_reminder(loan.customer_id, reminder_id)
    assert smtp.messages == []
    assert await state(reminder_id) == ("uncertain", "worker_died", False)


async def test_without_a_mail_server_it_says_which_setting_is_missing(
    loan: LoanKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERLOAN_SMTP_URL", "")
    settings.cache_clear()
    reminder_id = await plan(loan)
    with pytest.raises(NoMailServer):
        await send_reminder(loan.customer_id, reminder_id)
    assert await state(reminder_id) == ("planned", "", False)
    settings.cache_clear()


async def test_what_another_worker_is_just_sending_is_left_to_him(
    loan: LoanKey, smtp: Mailbox
) -> None:
    reminder_id = await plan(loan)
    assert await claim_sending(loan.customer_id, reminder_id)
    with pytest.raises(ReminderOnItsWay):
        await send_reminder(loan.customer_id, reminder_id)
    assert smtp.messages == []
    assert await state(reminder_id) == ("planned", "", False)
