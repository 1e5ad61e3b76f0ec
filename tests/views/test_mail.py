import re
from datetime import date
from typing import Any

import pytest

from app import database as db
from app.monitoring.models import ReminderReason, ReminderState
from app.monitoring.queries import ReminderFacts
from app.number import loan_number
from tests.factories import BOOKED_AT
from views.mail import reminder_letter

pytestmark = pytest.mark.usefixtures("database")
TODAY = date(2026, 3, 15)


def facts(**changed: Any) -> ReminderFacts:
    known: dict[str, Any] = {
        "id": 1,
        "customer_id": 2,
        "loan_id": 3,
        "instalment_number": 4,
        "reason": ReminderReason.overdue,
        "state": ReminderState.planned,
        "sending_at": None,
        "language": "en",
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "due_on": date(2026, 3, 14),
        "currency": "CNY",
        "left_minor": 1_010_00,
        "overdue_minor": 1_010_00,
        "is_open": True,
    }
    return ReminderFacts(**{**known, **changed})


async def lender(**settings: str) -> None:
    for name, value in settings.items():
        await db.execute(
            "INSERT INTO business_setting (name, value, version, changed_at, changed_by)"
            " VALUES ($1, to_jsonb($2::text), 1, $3, '')",
            f"lender.{name}", value, BOOKED_AT,
        )  # fmt: skip


def words(html: str) -> str:
    """What a page says, less its clothes."""
    body = re.sub(r"<(style|title).*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize(
    ("reason", "language", "subject", "sentence"),
    [
        (
            "overdue",
            "en",
            "Afterloan: an instalment is past due",
            "due on 14 Mar 2026, has been past due for 1 day. ¥1,010.00 of it is still open.",
        ),
        (
            "due_today",
            "en",
            "Afterloan: an instalment is due today",
            "is due today: ¥1,010.00.",
        ),
        (
            "due_soon",
            "en",
            "Afterloan: an instalment falls due soon",
            "falls due on 14 Mar 2026: ¥1,010.00.",
        ),
        ("overdue", "zh", "【Afterloan】您有一期还款已逾期", "¥1,010.00"),
        ("due_today", "zh", "【Afterloan】您有一期还款今日到期", "¥1,010.00"),
        ("due_soon", "zh", "【Afterloan】您有一期还款即将到期", "¥1,010.00"),
    ],
)
async def test_each_reason_in_each_language(
    reason: str, language: str, subject: str, sentence: str
) -> None:
    letter = await reminder_letter(facts(reason=ReminderReason(reason), language=language), TODAY)
    assert letter.subject == subject
    assert sentence in letter.text
    assert loan_number(3) in letter.text
    assert ("Dear Ada Lovelace," in letter.text) is (language == "en")


@pytest.mark.parametrize("reason", ReminderReason)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_page_and_text_say_the_same(reason: ReminderReason, language: str) -> None:
    await lender(phone="+86 571 8888 0000")
    letter = await reminder_letter(facts(reason=reason, language=language), TODAY)
    shown = words(letter.html)
    for line in letter.text.splitlines():
        if line.strip(" -"):
            assert line.strip() in shown
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in letter.html


async def test_the_lender_signs_with_his_name_and_number() -> None:
    letter = await reminder_letter(facts(), TODAY)
    assert "If paying is difficult, talk to us early.\n" in letter.text
    await lender(name="Northwind", phone="+86 571 8888 0000")
    letter = await reminder_letter(facts(), TODAY)
    assert letter.subject == "Northwind: an instalment is past due"
    assert "talk to us early: +86 571 8888 0000." in letter.text
    assert "Northwind sent this mail by itself." in letter.text


async def test_whoever_has_no_name_is_a_customer() -> None:
    assert "Dear customer," in (await reminder_letter(facts(name=""), TODAY)).text


async def test_a_name_is_no_markup_and_stays_itself_in_text() -> None:
    letter = await reminder_letter(facts(name="<b>Tom</b> & Söhne"), TODAY)
    assert "Dear <b>Tom</b> & Söhne," in letter.text
    assert "<b>Tom" not in letter.html
    assert "&lt;b&gt;Tom&lt;/b&gt; &amp; Söhne" in letter.html


async def test_an_unknown_language_is_answered_in_english() -> None:
    letter = await reminder_letter(facts(language="fr"), TODAY)
    assert letter.subject.startswith("Afterloan: ")


async def test_a_letter_loads_nothing_from_anywhere() -> None:
    """No picture that tells when it was opened, no script, no link to be imitated."""
    letter = await reminder_letter(facts(), TODAY)
    for word in ("<img", "<script", "http", "<a ", "url("):
        assert word not in letter.html
