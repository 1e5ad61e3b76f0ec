"""What a borrower reads in a mail: the same words as text and as a page, in his language."""

from dataclasses import dataclass
from datetime import date

from app import i18n
from app.i18n import gettext as _
from app.monitoring.queries import ReminderFacts
from app.number import loan_number
from app.setting import LENDER_NAME, LENDER_PHONE
from views.rendering import environment


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


async def reminder_letter(facts: ReminderFacts, today: date) -> Letter:
    lender, phone = await LENDER_NAME.get(), await LENDER_PHONE.get()
    with i18n.speaking(facts.language):
        context = {
            "facts": facts,
            "number": loan_number(facts.loan_id),
            "days_late": (today - facts.due_on).days,
            "lender": lender,
            "phone": phone,
            "html_lang": "zh-Hans" if i18n.current_language() == i18n.CHINESE else "en",
        }
        return Letter(
            subject=_subject(facts, lender),
            text=environment.get_template("mail/reminder.txt").render(context),
            html=environment.get_template("mail/reminder.html").render(context),
        )


def _subject(facts: ReminderFacts, lender: str) -> str:
    if facts.reason == "overdue":
        return _("{lender}: an instalment is past due", lender=lender)
    if facts.reason == "due_today":
        return _("{lender}: an instalment is due today", lender=lender)
    return _("{lender}: an instalment falls due soon", lender=lender)
