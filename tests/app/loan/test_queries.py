from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app import database as db
from app.errors import Forbidden
from app.loan.actions import post_payment, reverse_payment
from app.loan.errors import LoanNotFound
from app.loan.file import LoanFile, Security, Valuation
from app.loan.models import EventKind, LoanStatus
from app.loan.order import PostPayment, ReversePayment
from app.loan.queries import (
    booked_events,
    counts,
    loan_file,
    loans_of,
    payments_of,
    security_of,
)
from app.loan.statement import LineState, statement
from app.number import ID_MAX, payment_number
from app.permission import Role, RowScope
from tests.factories import LoanKey, actor_of, make_customer, make_loan, set_business_date

pytestmark = pytest.mark.usefixtures("database")

MANAGER = actor_of(Role.credit_manager)
SERVICE = actor_of(Role.service)
SCHEDULE = [
    (date(2026, 1, 31), 100_000, 1_000),
    (date(2026, 2, 28), 100_000, 800),
    (date(2026, 3, 31), 100_000, 600),
]


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    return await make_loan(SCHEDULE, source_number="PL-1")


async def pay(loan: LoanKey, amount_minor: int, on: date, key: str) -> int:
    posted = await post_payment(
        MANAGER,
        PostPayment(
            customer_id=loan.customer_id, loan_id=loan.loan_id, amount_minor=amount_minor,
            currency="CNY", value_on=on, channel="transfer", reference="B-7",
        ),
        key=key,
    )  # fmt: skip
    return posted.result.payment_id


async def test_file_says_terms_and_standing(loan: LoanKey) -> None:
    product_id = await db.value(
        "INSERT INTO product (code, name, name_zh, currency, method)"
        " VALUES ('C-24', 'Consumer loan', '消费贷', 'CNY', 'equal_instalment') RETURNING id"
    )
    await db.execute(
        "UPDATE loan SET product_id = $3, extra = $4::jsonb WHERE customer_id = $1 AND id = $2",
        *loan, product_id, '{"region": "East"}',
    )  # fmt: skip
    assert await loan_file(SERVICE, *loan) == LoanFile(
        id=loan.loan_id,
        customer_id=loan.customer_id,
        source_number="PL-1",
        product_code="C-24",
        product_name="Consumer loan",
        product_name_zh="消费贷",
        method="equal_instalment",
        currency="CNY",
        principal_minor=300_000,
        annual_rate=Decimal("0.12"),
        instalment_count=3,
        disbursed_on=date(2026, 1, 1),
        matures_on=date(2026, 3, 31),
        status=LoanStatus.active,
        closed_on=None,
        principal_left_minor=300_000,
        overdue_minor=201_800,
        overdue_since=date(2026, 1, 31),
        version=1,
        extra={"region": "East"},
        business_date=date(2026, 3, 15),
    )


async def test_file_is_not_found_outside_the_scope(loan: LoanKey) -> None:
    collector = actor_of(Role.collector, row_scope=RowScope.team, team_id=5)
    other = await make_customer("王伟")
    for actor, key in [
        (collector, loan),
        (SERVICE, replace_customer(loan, other)),
        (SERVICE, LoanKey(loan.customer_id, loan.loan_id + 1)),
        (SERVICE, LoanKey(loan.customer_id, ID_MAX + 1)),
    ]:
        with pytest.raises(LoanNotFound):
            await loan_file(actor, *key)
    assert await loans_of(collector, loan.customer_id) == []


async def test_permission_is_needed(loan: LoanKey) -> None:
    nobody = actor_of(Role.administrator)
    with pytest.raises(Forbidden):
        await loan_file(nobody, *loan)
    with pytest.raises(Forbidden):
        await loans_of(nobody, loan.customer_id)


def replace_customer(loan: LoanKey, customer_id: int) -> LoanKey:
    return loan._replace(customer_id=customer_id)


async def test_loans_of_a_borrower_worst_first(loan: LoanKey) -> None:
    customer_id = loan.customer_id
    punctual = await make_loan([(date(2026, 6, 30), 5, 0)], customer_id=customer_id)
    worse = await make_loan([(date(2026, 1, 30), 5, 0)], customer_id=customer_id)
    past = await make_loan([(date(2026, 1, 30), 5, 0)], customer_id=customer_id)
    await pay(past, 5, date(2026, 1, 30), "settles")

    found = await loans_of(SERVICE, customer_id)

    assert [one.file.id for one in found] == [
        worse.loan_id, loan.loan_id, punctual.loan_id, past.loan_id,
    ]  # fmt: skip
    assert [one.file.days_late for one in found] == [44, 43, 0, 0]
    assert [line.state for line in found[1].lines] == [
        LineState.late, LineState.late, LineState.open,
    ]  # fmt: skip
    assert found[1].next_line is found[1].lines[2]
    assert (found[3].file.status, found[3].settled_count) == (LoanStatus.settled, 1)
    assert found[3].next_line is None


async def test_projection_and_replay_show_the_same_lines(loan: LoanKey) -> None:
    await pay(loan, 150_000, date(2026, 2, 10), "one")
    file = await loan_file(SERVICE, *loan)
    (summary,) = await loans_of(SERVICE, loan.customer_id)
    booked = await booked_events(file)
    replayed = statement([one.event for one in booked], file.business_date)
    assert summary.lines == replayed.lines
    assert replayed.overdue_minor == file.overdue_minor == 51_800
    assert replayed.principal_left_minor == file.principal_left_minor


async def test_events_say_who_booked_them(loan: LoanKey) -> None:
    await pay(loan, 1_000, date(2026, 2, 10), "one")
    first, second = await booked_events(await loan_file(SERVICE, *loan))
    assert (first.event.kind, first.actor) == (EventKind.opened, "")
    assert (second.event.kind, second.event.value_on, second.business_date) == (
        EventKind.payment,
        date(2026, 2, 10),
        date(2026, 3, 15),
    )
    assert second.actor == "user:1:Ada Lovelace"
    assert second.audit_id == await db.value("SELECT id FROM audit_entry")


async def test_payments_newest_first_with_their_reversal(loan: LoanKey) -> None:
    wrong = await pay(loan, 1_000, date(2026, 2, 10), "one")
    right = await pay(loan, 500, date(2026, 2, 9), "two")
    await reverse_payment(
        MANAGER,
        ReversePayment(
            customer_id=loan.customer_id, loan_id=loan.loan_id, payment_id=wrong, reason="twice"
        ),
        key="back",
    )
    found = await payments_of(await loan_file(SERVICE, *loan))
    assert [(p.id, p.sequence, p.amount_minor, p.reversal_sequence) for p in found] == [
        (wrong, 2, 1_000, 4),
        (right, 3, 500, None),
    ]
    assert [p.is_reversed for p in found] == [True, False]
    assert (found[1].channel, found[1].reference) == ("transfer", "B-7")
    assert found[1].number == payment_number(right)


async def test_security_with_its_valuations_newest_first(loan: LoanKey) -> None:
    file = await loan_file(SERVICE, *loan)
    assert await security_of(file) == []
    item = await db.value(
        "INSERT INTO security_item (customer_id, loan_id, kind, description, currency, lien_rank,"
        " lien_reference, insurer, insured_until, source_key, extra) VALUES"
        " ($1, $2, 'vehicle', 'Van', 'CNY', 1, 'R-1', 'PICC', $3, 'S-1', '{}') RETURNING id",
        *loan, date(2026, 12, 31),
    )  # fmt: skip
    for on, value in ((date(2025, 1, 5), 900), (date(2026, 1, 5), 800)):
        await db.execute(
            "INSERT INTO security_valuation (customer_id, security_item_id, valued_on,"
            " value_minor, currency, valuer) VALUES ($1, $2, $3, $4, 'CNY', 'Wu & Co')",
            loan.customer_id, item, on, value,
        )  # fmt: skip
    assert await security_of(file) == [
        Security(
            id=item, kind="vehicle", description="Van", currency="CNY", lien_rank=1,
            lien_registered_on=None, lien_reference="R-1", insurer="PICC",
            insured_until=date(2026, 12, 31), expires_on=None, released_on=None,
            valuations=[
                Valuation(
                    valued_on=date(2026, 1, 5), value_minor=800, currency="CNY", valuer="Wu & Co"
                ),
                Valuation(
                    valued_on=date(2025, 1, 5), value_minor=900, currency="CNY", valuer="Wu & Co"
                ),
            ],
        )
    ]  # fmt: skip
    assert await counts(file) == {"payment": 0, "security": 1, "related": 0}


def test_days_late_follow_from_the_dates() -> None:
    file = LoanFile(
        id=1, customer_id=1, source_number="", product_code="", product_name="",
        product_name_zh="", method="", currency="CNY", principal_minor=1, annual_rate=None,
        instalment_count=1, disbursed_on=date(2026, 1, 1), matures_on=date(2026, 2, 1),
        status=LoanStatus.active, closed_on=None, principal_left_minor=1, overdue_minor=1,
        overdue_since=date(2026, 2, 1), version=1, extra={}, business_date=date(2026, 2, 1),
    )  # fmt: skip
    assert file.days_late == 0
    assert replace(file, business_date=date(2026, 2, 2)).days_late == 1
