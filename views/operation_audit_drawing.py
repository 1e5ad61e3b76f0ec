"""The values of an audit entry as people read them: numbers as we print them, money in its
currency, days as days. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from app.collection.models import Stage
from app.collection.stage import stage_name
from app.customer.masking import PersonalColumn
from app.customer.order import RevealReason
from app.customer.question import Sought
from app.customer.words import COLUMNS, REASONS, SOUGHT
from app.i18n import gettext as _
from app.i18n import translate
from app.loan.words import CHANNELS, said
from app.number import case_number, customer_number, loan_number, payment_number
from app.operation.audit_log import Entry
from app.operation.audit_words import field
from app.permission import Role
from views.format import day, money, number
from views.words import ROLES

LISTED_MAX = 20
TEXT_MAX = 120


class Value(NamedTuple):
    name: str
    text: str
    # Where it leads; empty for what has no page.
    path: str = ""


def values_of(entry: Entry) -> list[Value]:
    """Those of the order, then those the verb added; what is empty says nothing."""
    merged = {**entry.order, **entry.facts}
    currency = str(merged.get("currency") or "")
    return [
        Value(field(name), _text(name, value, currency), _path(name, merged))
        for name, value in merged.items()
        if value not in (None, "", [], {})
    ]


def _path(name: str, merged: Mapping[str, Any]) -> str:
    customer_id = merged.get("customer_id")
    if name == "customer_id":
        return f"/customer/{customer_id}"
    if name == "loan_id" and customer_id:
        return f"/customer/{customer_id}/loan/{merged['loan_id']}"
    return ""


_NUMBERS: Mapping[str, Callable[[int], str]] = {
    "customer_id": customer_number,
    "loan_id": loan_number,
    "case_id": case_number,
    "payment_id": payment_number,
}


def _text(name: str, value: Any, currency: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return _figure(name, value, currency)
    if isinstance(value, list):
        return _listed(name, value, currency)
    if isinstance(value, dict):
        parts = (f"{key}: {_text(key, part, currency)}" for key, part in value.items())
        return " · ".join(parts)[:TEXT_MAX]
    return _word(name, str(value))


def _figure(name: str, value: int, currency: str) -> str:
    if name in _NUMBERS and value > 0:
        return _NUMBERS[name](value)
    if name.endswith("_minor") and currency:
        return money(value, currency)
    return str(value) if name.endswith("_id") else number(value)


def _listed(name: str, values: list[Any], currency: str) -> str:
    one = "customer_id" if name == "shown" else name
    text = ", ".join(_text(one, value, currency) for value in values[:LISTED_MAX])
    rest = len(values) - LISTED_MAX
    return _("{list} and {count} more", list=text, count=rest) if rest > 0 else text


def _word(name: str, value: str) -> str:
    if name in {"stage", "from_stage"} and value in set(Stage):
        return stage_name(Stage(value))
    if name in {"column", "columns"} and value in set(PersonalColumn):
        return translate(COLUMNS[PersonalColumn(value)])
    if name == "reason" and value in set(RevealReason):
        return translate(REASONS[RevealReason(value)])
    if name == "by" and value in set(Sought):
        return translate(SOUGHT[Sought(value)])
    if name == "roles" and value in set(Role):
        return translate(ROLES[Role(value)])
    if name == "channel":
        return said(CHANNELS, value)
    if name.endswith("_on") or name.endswith("_date"):
        return _day(value)
    return value if len(value) <= TEXT_MAX else f"{value[: TEXT_MAX - 1]}…"


def _day(value: str) -> str:
    try:
        return day(date.fromisoformat(value[:10]))
    except ValueError:
        return value
