"""What is shown in clear is on the record; what is not on the record is not shown."""

from typing import Any

import msgspec
import pytest

from app import database as db
from app.actor import Actor
from app.customer import actions
from app.identity.scope import Scope
from app.permission import Role
from tests.factories import actor_of, make_customer, make_loan, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator
from tests.scenario.scene import SCHEDULE

pytestmark = pytest.mark.usefixtures("database")

EVERYTHING = "{ customers { nodes { name phone email idNumber address } } }"
ALL_COLUMNS = ["name", "phone", "email", "id_number", "address"]
READER = (Scope.customers_read,)
REVEALER = (Scope.customers_read, Scope.personal_read)


@pytest.fixture
async def ids() -> list[int]:
    await set_business_date()
    return [
        await make_customer(
            f"林思{n}",
            phone=f"1380000000{n}",
            email=f"a{n}@b.example",
            id_number="1" * 14 + f"000{n}",
        )
        for n in range(3)
    ]


def person(role: Role, *scopes: str) -> Actor:
    """Somebody who lent his rights to a program, within the scopes."""
    return actor_of(role, scopes=frozenset(scopes))


async def entries() -> list[tuple[str, int | None, Any]]:
    found = await db.rows("SELECT verb, customer_id, body FROM audit_entry ORDER BY id")
    return [
        (row["verb"], row["customer_id"], msgspec.json.decode(row["body"])["order"])
        for row in found
    ]


@pytest.mark.parametrize(
    "actor",
    [
        pytest.param(integrator(*READER), id="a program without the scope"),
        pytest.param(person(Role.service, *READER), id="a person without the scope"),
    ],
)
async def test_without_the_scope_all_is_masked_and_nothing_recorded(
    actor: Actor, ids: list[int]
) -> None:
    nodes = (await Api(actor).data("{ customers { nodes { name phone email idNumber } } }"))[
        "customers"
    ]["nodes"]
    assert nodes[1] == {
        "name": "林**",
        "phone": "138****0001",
        "email": "a***@b.example",
        "idNumber": "**************0001",
    }
    assert await Api(actor).codes(EVERYTHING) == ["INSUFFICIENT_SCOPE"]
    assert await entries() == []


async def test_the_scope_reveals_nothing_to_whoever_may_not_reveal(ids: list[int]) -> None:
    actor = person(Role.management, *REVEALER)
    nodes = (await Api(actor).data(EVERYTHING))["customers"]["nodes"]
    assert nodes[0] == {
        "name": "林**",
        "phone": "138****0000",
        "email": "a***@b.example",
        "idNumber": "**************0000",
        "address": None,
    }
    assert await entries() == []


@pytest.mark.parametrize(
    "actor",
    [
        pytest.param(integrator(*REVEALER), id="a program"),
        pytest.param(person(Role.service, *REVEALER), id="a person"),
    ],
)
@pytest.mark.usefixtures("redis")
async def test_what_is_shown_in_clear_is_one_entry(actor: Actor, ids: list[int]) -> None:
    nodes = (await Api(actor).data("{ customers { nodes { name phone } } }"))["customers"]["nodes"]
    assert nodes[2] == {"name": "林思2", "phone": "13800000002"}
    read = {"customer_id": None, "columns": ["name", "phone"], "shown": ids}
    assert await entries() == [("customer.read_in_clear", None, read)]


async def test_the_entry_of_one_borrower_stands_with_his_others(ids: list[int]) -> None:
    query = "query ($id: ID!) { customer(id: $id) { again: idNumber idNumber email address } }"
    api = Api(integrator(*REVEALER))
    await api.data(query, {"id": id_of("Customer", ids[1], ids[1])})
    read = {"customer_id": ids[1], "columns": ["email", "id_number"], "shown": [ids[1]]}
    assert await entries() == [("customer.read_in_clear", ids[1], read)]


async def test_who_reads_no_personal_data_leaves_no_entry(ids: list[int]) -> None:
    await Api(integrator(*REVEALER)).data("{ customers { nodes { id number } } }")
    assert await entries() == []


async def test_what_cannot_be_recorded_is_not_shown(ids: list[int]) -> None:
    await db.execute("DELETE FROM business_day")
    answer = await Api(integrator(*REVEALER)).ask(EVERYTHING)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NO_BUSINESS_DAY"]
    assert answer.get("data") is None
    assert await entries() == []


@pytest.mark.usefixtures("redis")
async def test_a_person_takes_no_more_home_than_by_his_pages(
    ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "REVEALS_PER_HOUR_MAX", 4)
    api = Api(person(Role.service, *REVEALER))
    phones = "{ customers { nodes { name phone } } }"
    assert await api.codes(phones) == []
    assert await api.codes(phones) == ["TOO_MANY_REVEALS"]
    assert await api.codes("{ customers { nodes { name } } }") == []
    assert [columns["columns"] for _, _, columns in await entries()] == [
        ["name", "phone"],
        ["name"],
    ]
    program = Api(integrator(*REVEALER))
    assert [await program.codes(phones) for _ in range(3)] == [[], [], []]


BY_PHONE = "query ($p: String!) { customers(where: {phone: {eq: $p}}) { nodes { id } } }"


async def test_whose_number_it_is_is_a_look_up(ids: list[int]) -> None:
    api = Api(integrator(*REVEALER))
    await api.data(BY_PHONE, {"p": "13800000001"})
    await api.data(BY_PHONE, {"p": "13900000001"})
    await api.data("{ customers { nodes { id } } }")
    assert await entries() == [
        ("customer.look_up", None, {"by": "phone", "shown": [ids[1]]}),
        ("customer.look_up", None, {"by": "phone", "shown": []}),
    ]


PAY = """mutation ($loan: ID!) { postPayment(input: {idempotencyKey: "a", loanId: $loan,
    amount: {amount: "10.00", currency: "CNY"}, valueOn: "2026-03-15"}) {
    loan { customer { name phone } } } }"""


async def test_a_kept_answer_lies_sealed_and_opens_for_the_same_rights_only(ids: list[int]) -> None:
    loan = await make_loan(SCHEDULE, customer_id=ids[0])
    variables = {"loan": id_of("Loan", *loan)}
    clear = {"name": "林思0", "phone": "13800000000"}
    revealer = Api(integrator(*ALL_SCOPES))
    for _ in range(2):
        paid = (await revealer.data(PAY, variables))["postPayment"]
        assert paid == {"loan": {"customer": clear}}
    kept = await db.value("SELECT result::text FROM idempotency WHERE verb = 'payment.post'")
    assert '"answer"' in kept
    assert "林思" not in kept
    assert "13800000000" not in kept

    masked = Api(integrator(*(scope for scope in ALL_SCOPES if scope != Scope.personal_read)))
    paid = (await masked.data(PAY, variables))["postPayment"]
    assert paid == {"loan": {"customer": {"name": "林**", "phone": "138****0000"}}}
