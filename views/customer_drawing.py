"""What the customer's templates are handed beside the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request

from app.collection.stage import stage_name
from app.customer import words as customer_words
from app.i18n import CHINESE, current_language, ngettext, translate
from app.i18n import gettext as _
from app.loan import words as loan_words
from app.loan.file import LoanFile, LoanSummary
from app.loan.statement import Line, LineState
from app.loan.words import said
from views.navigation import Link, navigation

# A bar for each instalment; of a long loan those around today.
BARS_MAX = 36
_BARS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Total:
    """All loans of one currency together."""

    currency: str
    overdue_minor: int
    principal_left_minor: int
    # What falls due next, and when; None when nothing does.
    next_on: date | None
    next_minor: int


def words() -> dict[str, Any]:
    """The codes of borrowers and loans in the reader's words."""
    return {
        "said": said,
        "customer_words": customer_words,
        "loan_words": loan_words,
        "bars": bars,
        "record_in_words": record_in_words,
        "product_name": product_name,
        "stage_name": stage_name,
        "due_in": due_in,
    }


def totals(loans: Sequence[LoanSummary]) -> list[Total]:
    """Amounts of two currencies are never added up; that of the worst loan comes first."""
    currencies = dict.fromkeys(loan.file.currency for loan in loans)
    return [
        _total(currency, [loan for loan in loans if loan.file.currency == currency])
        for currency in currencies
    ]


def bars(lines: Sequence[Line]) -> Sequence[Line]:
    if len(lines) <= BARS_MAX:
        return lines
    settled = sum(line.is_settled for line in lines)
    end = min(len(lines), max(settled + _BARS_AHEAD, BARS_MAX))
    return lines[end - BARS_MAX : end]


def record_in_words(lines: Sequence[Line]) -> str:
    """What the bars show, for whoever does not see them."""
    counted = {state: sum(line.state is state for line in lines) for state in LineState}
    return _(
        "{paid} paid on time, {paid_late} paid late, {late} overdue, {ahead} still to come",
        paid=counted[LineState.paid],
        paid_late=counted[LineState.paid_late],
        late=sum(line.is_overdue for line in lines),
        ahead=sum(not line.is_settled and not line.is_overdue for line in lines),
    )


def product_name(file: LoanFile) -> str:
    """In the reader's language where the lender named it in both."""
    chinese = current_language() == CHINESE and file.product_name_zh
    return chinese or file.product_name or file.product_code or _("Loan")


def due_in(on: date, today: date) -> str:
    days = (on - today).days
    if days == 0:
        return _("today")
    return _("tomorrow") if days == 1 else ngettext("in {n} day", "in {n} days", days)


def commands(request: Request, text: str) -> list[Link]:
    """The pages whose name holds what was typed after `>`."""
    links = navigation(request)
    every = [link for group in links.groups for link in group.links] + list(links.own)
    wanted = text.strip().casefold()
    return [link for link in every if wanted in translate(link.text).casefold()]


def _total(currency: str, loans: Sequence[LoanSummary]) -> Total:
    ahead = [line for loan in loans if (line := loan.next_line) is not None]
    next_on = min((line.due_on for line in ahead), default=None)
    return Total(
        currency=currency,
        overdue_minor=sum(loan.file.overdue_minor for loan in loans),
        principal_left_minor=sum(loan.file.principal_left_minor for loan in loans),
        next_on=next_on,
        next_minor=sum(line.left_minor for line in ahead if line.due_on == next_on),
    )
