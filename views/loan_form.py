"""The forms of money: what was typed, what is wrong with it, and the order it becomes."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.actor import Actor
from app.errors import AfterloanError
from app.i18n import gettext as _
from app.loan.actions import post_payment, reverse_payment
from app.loan.errors import (
    AmountNotPositive,
    PaymentTooLarge,
    ValueDateBeforeDisbursement,
    ValueDateInFuture,
)
from app.loan.file import LoanFile
from app.loan.order import REFERENCE_LENGTH_MAX, PostPayment, ReversePayment
from app.loan.words import CHANNELS
from app.money import AmountInvalid, AmountTooLarge, AmountTooPrecise, parse_amount
from app.text import TextRefused

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIELDS: Mapping[type[AfterloanError], str] = {
    AmountInvalid: "amount",
    AmountTooPrecise: "amount",
    AmountTooLarge: "amount",
    AmountNotPositive: "amount",
    PaymentTooLarge: "amount",
    ValueDateInFuture: "value_on",
    ValueDateBeforeDisbursement: "value_on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentForm:
    """As typed; errors by field, those of no field under `form`."""

    amount: str = ""
    value_on: str = ""
    channel: str = "transfer"
    reference: str = ""
    # Made with the form: sent twice, it books once.
    key: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def with_errors(self, errors: Mapping[str, str]) -> "PaymentForm":
        return replace(self, errors=errors)

    def refused(self, refusal: AfterloanError) -> "PaymentForm":
        named = refusal.facts["field"] if isinstance(refusal, TextRefused) else "form"
        return self.with_errors({_FIELDS.get(type(refusal), named): refusal.told()})


def new_form(file: LoanFile) -> PaymentForm:
    return PaymentForm(value_on=file.business_date.isoformat(), key=new_key())


def new_key() -> str:
    return secrets.token_urlsafe(16)


def read_form(form: Mapping[str, Any], file: LoanFile) -> tuple[PaymentForm, PostPayment | None]:
    """The form as it was sent, and the order; no order while something is wrong."""
    typed = PaymentForm(
        amount=_text(form, "amount"),
        value_on=_text(form, "value_on"),
        channel=_text(form, "channel"),
        reference=_text(form, "reference"),
        key=_text(form, "key"),
    )
    amount_minor, wrong_amount = _amount(typed.amount, file.currency)
    value_on = _day(typed.value_on)
    found = {
        "amount": wrong_amount,
        "value_on": "" if value_on else _("Give the day the money came, such as 2026-03-31."),
        "channel": "" if typed.channel in CHANNELS else _("Choose how the money came."),
        "reference": _wrong_reference(typed.reference),
        "form": "" if typed.key else _("This form is too old. Open it again."),
    }
    errors = {name: text for name, text in found.items() if text}
    if errors or value_on is None:
        return typed.with_errors(errors), None
    order = PostPayment(
        customer_id=file.customer_id,
        loan_id=file.id,
        amount_minor=amount_minor,
        currency=file.currency,
        value_on=value_on,
        channel=typed.channel,
        reference=typed.reference,
    )
    return typed, order


async def refusal_to_post(actor: Actor, file: LoanFile) -> AfterloanError | None:
    """Why no payment could be posted today, whatever its amount."""
    order = PostPayment(
        customer_id=file.customer_id,
        loan_id=file.id,
        amount_minor=1,
        currency=file.currency,
        value_on=file.business_date,
    )
    return await post_payment.may(actor, order)


async def refusal_to_reverse(
    actor: Actor, file: LoanFile, payment_id: int
) -> AfterloanError | None:
    """Why this payment could not be taken back, whatever the reason."""
    order = ReversePayment(
        customer_id=file.customer_id, loan_id=file.id, payment_id=payment_id, reason="any"
    )
    return await reverse_payment.may(actor, order)


def _amount(text: str, currency: str) -> tuple[int, str]:
    try:
        return parse_amount(text.replace(" ", ""), currency), ""
    except AfterloanError as refusal:
        return 0, refusal.told()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _wrong_reference(text: str) -> str:
    if len(text) <= REFERENCE_LENGTH_MAX:
        return ""
    return _("A reference has at most {n} characters.", n=REFERENCE_LENGTH_MAX)


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    return value.strip()[:400] if isinstance(value, str) else ""
