from typing import Any

import msgspec
import pytest

from app import database as db
from app.customer.actions import reveal
from app.customer.errors import CustomerNotFound, NothingToReveal
from app.customer.masking import PersonalColumn
from app.customer.order import Reveal, RevealReason
from app.errors import AfterloanError, Forbidden
from app.permission import Role, RowScope
from app.personal import seal
from tests.factories import actor_of, make_customer, set_business_date

pytestmark = pytest.mark.usefixtures("database")

SERVICE = actor_of(Role.service)


@pytest.fixture
async def customer_id() -> int:
    await set_business_date()
    return await make_customer("林思远", phone="13812341234", id_number="33010619900101093X")


def order(customer_id: int, column: PersonalColumn = PersonalColumn.phone, **other: Any) -> Reveal:
    return Reveal(
        customer_id=customer_id, column=column, reason=RevealReason.customer_calls, **other
    )


async def make_party(customer_id: int, phone: str) -> int:
    id = int(await db.value("SELECT nextval('related_party_id_seq')"))
    await db.execute(
        "INSERT INTO related_party (id, customer_id, role, relation, phone, source_key, extra)"
        " VALUES ($1, $2, 'contact', '', $3, '', '{}')",
        id, customer_id, seal(phone, "related_party", "phone", id),
    )  # fmt: skip
    return id


async def entries() -> list[dict[str, Any]]:
    return await db.rows("SELECT verb, customer_id, body FROM audit_entry")


async def refused(actor: Any, wanted: Reveal, error: type[AfterloanError]) -> None:
    before = await reveal.may(actor, wanted)
    assert type(before) is error
    with pytest.raises(error):
        await reveal(actor, wanted)
    assert await entries() == []


async def test_one_value_in_clear_for_a_reason_on_the_record(customer_id: int) -> None:
    outcome = await reveal(SERVICE, order(customer_id))
    assert outcome.result.value == "13812341234"
    (entry,) = await entries()
    assert (entry["verb"], entry["customer_id"]) == ("customer.reveal", customer_id)
    assert msgspec.json.decode(entry["body"]) == {
        "order": {
            "customer_id": customer_id,
            "column": "phone",
            "reason": "customer_calls",
            "related_party_id": None,
        },
        "facts": {},
    }


async def test_related_party_is_revealed_on_the_borrowers_chain(customer_id: int) -> None:
    party_id = await make_party(customer_id, "13700001111")
    outcome = await reveal(SERVICE, order(customer_id, related_party_id=party_id))
    assert outcome.result.value == "13700001111"
    (entry,) = await entries()
    assert entry["customer_id"] == customer_id


async def test_related_party_of_somebody_else_is_not_found(customer_id: int) -> None:
    other = await make_customer("王伟")
    party_id = await make_party(other, "13700001111")
    await refused(SERVICE, order(customer_id, related_party_id=party_id), CustomerNotFound)


async def test_what_the_book_does_not_hold(customer_id: int) -> None:
    await refused(SERVICE, order(customer_id, PersonalColumn.address), NothingToReveal)


async def test_nobody_outside_the_scope(customer_id: int) -> None:
    collector = actor_of(Role.collector, row_scope=RowScope.team, team_id=5)
    await refused(collector, order(customer_id), CustomerNotFound)
    await refused(SERVICE, order(customer_id + 1), CustomerNotFound)


@pytest.mark.parametrize("role", [Role.risk_officer, Role.management, Role.administrator])
async def test_permission_is_needed(customer_id: int, role: Role) -> None:
    await refused(actor_of(role), order(customer_id), Forbidden)
