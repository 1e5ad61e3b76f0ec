from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from app import database as db
from app.loan.actions import post_payment, reverse_payment
from app.loan.event import (
    PAYLOADS,
    Closed,
    Opened,
    Payload,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
    decode,
)
from app.loan.event_schema import FOLDER, path_of, text_of
from app.loan.models import EventKind, LoanStatus
from app.loan.order import PostPayment, ReversePayment
from app.permission import Role
from tests.factories import actor_of, make_loan, set_business_date

# As they were once written. They stand in somebody's log: none of them may ever be changed.
WRITTEN = Path(__file__).with_name("payloads")
READ: dict[str, Payload] = {
    "opened-with-fees": Opened(
        principal_minor=300_000,
        currency="CNY",
        schedule=[
            ScheduledInstalment(1, date(2026, 1, 31), 100_000, 1_000, 0),
            ScheduledInstalment(2, date(2026, 2, 28), 200_000, 800, 50),
        ],
    ),
    "opened-without-fees": Opened(
        principal_minor=300_000,
        currency="CNY",
        schedule=[ScheduledInstalment(1, date(2026, 1, 31), 300_000, 1_000)],
    ),
    "payment-plain": PaymentReceived(amount_minor=60_000),
    "payment-with-other-money": PaymentReceived(
        amount_minor=60_000, channel="direct_debit", reference="B-20260131-7", other_minor=500
    ),
    "reversal-plain": PaymentReversed(payment_sequence=2, reason="booked to the wrong loan"),
    "closed-without-a-reason": Closed(status=LoanStatus.written_off),
    "closed-with-a-reason": Closed(status=LoanStatus.transferred, reason="sold on 2026-02-01"),
}


def kind_of(name: str) -> EventKind:
    return EventKind(name.partition("-")[0])


def schema_of(kind: EventKind) -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.decode(path_of(kind).read_bytes())
    return schema


def test_every_kind_has_its_payload_and_its_schema() -> None:
    assert set(PAYLOADS) == set(EventKind)
    assert {path.stem for path in FOLDER.glob("*")} == {kind.value for kind in EventKind}


@pytest.mark.parametrize("kind", EventKind)
def test_the_committed_schema_is_the_types_own(kind: EventKind) -> None:
    assert path_of(kind).read_text() == text_of(kind), "run `python -m app.loan.event_schema`"


@pytest.mark.parametrize("kind", EventKind)
def test_a_schema_is_a_valid_one_and_says_what_the_event_is(kind: EventKind) -> None:
    schema = schema_of(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    title = PAYLOADS[kind].__name__
    assert schema["$ref"] == f"#/$defs/{title}"
    assert schema["$defs"][title]["type"] == "object"


def test_every_written_payload_is_looked_at() -> None:
    assert {path.stem for path in WRITTEN.glob("*.json")} == set(READ)
    assert {kind_of(name) for name in READ} == set(EventKind)


@pytest.mark.parametrize("name", READ)
def test_what_was_once_written_is_read_for_ever(name: str) -> None:
    text = (WRITTEN / f"{name}.json").read_bytes()
    assert decode(kind_of(name), text) == READ[name]
    jsonschema.validate(msgspec.json.decode(text), schema_of(kind_of(name)))


@pytest.mark.parametrize("name", READ)
def test_what_is_written_now_fits_the_schema_and_comes_back(name: str) -> None:
    text = msgspec.json.encode(READ[name])
    assert decode(kind_of(name), text) == READ[name]
    jsonschema.validate(msgspec.json.decode(text), schema_of(kind_of(name)))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("payment", '{"amount_minor": 1.5}'),
        ("payment", '{"amount_minor": "60000"}'),
        ("payment", "{}"),
        ("reversal", '{"payment_sequence": 2}'),
        (
            "opened",
            '{"principal_minor": 1, "currency": "CNY", "schedule": [[1, "2026-02-30", 1, 0]]}',
        ),
        ("closed", '{"status": "forgotten"}'),
    ],
)
def test_what_is_no_payload_is_not_taken_for_one(kind: str, text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(EventKind(kind), text)


@pytest.mark.usefixtures("database")
async def test_the_verbs_write_what_the_schemas_promise() -> None:
    await set_business_date(date(2026, 3, 15))
    loan = await make_loan([(date(2026, 1, 31), 100_000, 1_000)])
    manager = actor_of(Role.credit_manager)
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=60_000,
        currency="CNY",
        value_on=date(2026, 3, 1),
        channel="counter",
    )
    posted = await post_payment(manager, order, key="one")
    back = ReversePayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        payment_id=posted.result.payment_id,
        reason="wrong loan",
    )
    await reverse_payment(manager, back, key="two")

    stored = await db.rows("SELECT kind, payload FROM loan_event ORDER BY sequence")
    assert [row["kind"] for row in stored] == ["opened", "payment", "reversal"]
    for row in stored:
        jsonschema.validate(msgspec.json.decode(row["payload"]), schema_of(EventKind(row["kind"])))
