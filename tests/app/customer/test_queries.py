from datetime import UTC, date, datetime
from typing import Any

import pytest

from app import database as db
from app.collection.models import Stage
from app.customer.errors import CustomerNotFound
from app.customer.models import PartyRole
from app.customer.queries import (
    CONTACTS_PER_PAGE,
    contacts_of,
    customer_file,
    open_case_of,
    parties_of,
)
from app.errors import Forbidden
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.number import ID_MAX, customer_number
from app.permission import Role, RowScope
from app.personal import seal
from tests.factories import (
    actor_of,
    make_branch,
    make_customer,
    make_loan,
    make_team,
    make_user,
    set_business_date,
)

pytestmark = pytest.mark.usefixtures("database")

SERVICE, OFFICER = actor_of(Role.service), actor_of(Role.risk_officer)


@pytest.fixture
async def customer_id() -> int:
    await set_business_date(date(2026, 3, 15))
    branch = await make_branch()
    team = await make_team(branch)
    owner = await make_user("He Wei")
    return await make_customer(
        "林思远", phone="13812341234", email="s@example.com", id_number="33010619900101093X",
        branch_id=branch, team_id=team, owner_id=owner,
    )  # fmt: skip


async def make_party(customer_id: int, role: str, loan_id: int | None = None) -> int:
    id = int(await db.value("SELECT nextval('related_party_id_seq')"))
    await db.execute(
        "INSERT INTO related_party (id, customer_id, loan_id, role, relation, name, phone,"
        " source_key, extra) VALUES ($1, $2, $3, $4, 'spouse', $5, $6, '', '{}')",
        id, customer_id, loan_id, role, seal("王芳", "related_party", "name", id),
        seal("13700001111", "related_party", "phone", id),
    )  # fmt: skip
    return id


async def make_contact(customer_id: int, minute: int, note: str = "") -> int:
    id = int(await db.value("SELECT nextval('contact_record_id_seq')"))
    await db.execute(
        "INSERT INTO contact_record (id, customer_id, at, channel, direction, outcome, agent, note,"
        " source_key) VALUES ($1, $2, $3, 'call', 'out', 'no_answer', 'He Wei', $4, '')",
        id, customer_id, datetime(2026, 3, 1, 8, minute, tzinfo=UTC),
        seal(note, "contact_record", "note", id) if note else None,
    )  # fmt: skip
    return id


async def test_file_is_masked_for_its_reader(customer_id: int) -> None:
    file = await customer_file(SERVICE, customer_id)
    assert (file.name, file.phone, file.email, file.id_number, file.address) == (
        "林思远",
        "138****1234",
        "s***@example.com",
        "*" * 14 + "093X",
        None,
    )
    assert (file.branch, file.team, file.owner) == ("East branch", "East team 1", "He Wei")
    assert (file.number, file.title) == (customer_number(customer_id), "林思远")
    assert file.business_date == date(2026, 3, 15)
    assert (await customer_file(OFFICER, customer_id)).name == "林**"


async def test_borrower_without_a_name_has_a_number() -> None:
    await set_business_date()
    id = await make_customer("")
    assert (await customer_file(SERVICE, id)).title == customer_number(id)


async def test_file_is_not_found_outside_the_scope(customer_id: int) -> None:
    stranger = actor_of(Role.collector, row_scope=RowScope.team, team_id=0)
    for actor, id in [(stranger, customer_id), (SERVICE, customer_id + 1), (SERVICE, ID_MAX + 1)]:
        with pytest.raises(CustomerNotFound):
            await customer_file(actor, id)
    with pytest.raises(Forbidden):
        await customer_file(actor_of(Role.administrator), customer_id)


async def test_parties_of_the_borrower_and_of_one_loan(customer_id: int) -> None:
    loan = await make_loan([(date(2026, 6, 30), 5, 0)], customer_id=customer_id)
    other = await make_loan([(date(2026, 6, 30), 5, 0)], customer_id=customer_id)
    spouse = await make_party(customer_id, "contact")
    guarantor = await make_party(customer_id, "guarantor", loan.loan_id)
    another = await make_party(customer_id, "guarantor", other.loan_id)

    found = await parties_of(SERVICE, customer_id)
    assert [party.id for party in found] == [spouse, guarantor, another]
    assert (found[0].role, found[0].relation, found[0].name, found[0].phone) == (
        PartyRole.contact,
        "spouse",
        "王芳",
        "137****1111",
    )
    of_loan = await parties_of(SERVICE, customer_id, loan_id=loan.loan_id)
    assert [party.id for party in of_loan] == [spouse, guarantor]
    assert (await parties_of(OFFICER, customer_id))[0].name == "王*"


async def test_contacts_in_pages_last_one_first(customer_id: int) -> None:
    ids = [await make_contact(customer_id, minute) for minute in range(CONTACTS_PER_PAGE + 2)]
    first = await contacts_of(SERVICE, customer_id)
    assert [contact.id for contact in first.contacts] == ids[:1:-1]
    assert first.has_more
    second = await contacts_of(SERVICE, customer_id, before=first.contacts[-1].id)
    assert [contact.id for contact in second.contacts] == [ids[1], ids[0]]
    assert not second.has_more


async def test_what_was_said_is_for_those_who_speak_with_borrowers(customer_id: int) -> None:
    await make_contact(customer_id, 1, note="will pay on Friday")
    ((contact,), _), ((hidden,), _) = (
        await contacts_of(SERVICE, customer_id),
        await contacts_of(OFFICER, customer_id),
    )
    assert (contact.note, hidden.note) == ("will pay on Friday", None)


async def test_open_case(customer_id: int) -> None:
    assert await open_case_of(SERVICE, customer_id) is None
    loan = await make_loan([(date(2026, 1, 31), 5_000, 0)], customer_id=customer_id)
    await post_payment(
        actor_of(Role.credit_manager),
        PostPayment(
            customer_id=customer_id, loan_id=loan.loan_id, amount_minor=1, currency="CNY",
            value_on=date(2026, 3, 1),
        ),
        key="opens the case",
    )  # fmt: skip

    case = await open_case_of(SERVICE, customer_id)

    assert case is not None
    facts: tuple[Any, ...] = (case.stage, case.overdue_minor, case.currency, case.days_late)
    assert facts == (Stage.to_contact, 4_999, "CNY", 43)
    assert case.assignee == "He Wei"
    assert await open_case_of(actor_of(Role.administrator), customer_id) is None
    narrow = actor_of(Role.collector, row_scope=RowScope.own)
    assert await open_case_of(narrow, customer_id) is None
