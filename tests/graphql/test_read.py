"""What is read, by whom, and in how many statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from app import database
from app.database import listen_to_statements
from app.identity.scope import Scope
from app.permission import Role, RowScope
from tests.factories import (
    LoanKey,
    actor_of,
    make_branch,
    make_customer,
    make_loan,
    make_team,
    set_business_date,
)
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator
from tests.graphql.rows import insert_cases, insert_payments

pytestmark = pytest.mark.usefixtures("database")

SCHEDULE = [
    (date(2026, 1, 31), 100_000, 1_000),
    (date(2026, 2, 28), 100_000, 800),
    (date(2026, 3, 31), 100_000, 600),
]
# The driver's own: when a connection is given back, and when it first meets a type.
HOUSEKEEPING = ("pg_advisory_unlock_all", "typeinfo_tree", "current_setting('jit')")
_heard: list[list[str]] = []


def _hear(statement: str) -> None:
    if not any(mark in statement for mark in HOUSEKEEPING):
        for sent in _heard:
            sent.append(statement)


listen_to_statements(_hear)


@pytest.fixture
async def loans() -> list[LoanKey]:
    """Five borrowers with two loans each."""
    await set_business_date(date(2026, 3, 15))
    made = []
    for n in range(5):
        customer_id = await make_customer(
            f"林思{n}",
            phone=f"1380000000{n}",
            email=f"a{n}@example.com",
            id_number=f"11010119900101000{n}",
        )
        made += [await make_loan(SCHEDULE, customer_id=customer_id) for _ in range(2)]
    return made


@pytest.fixture
def api() -> Api:
    return Api(integrator(*ALL_SCOPES))


# An operation shape, and how many statements it may take however many rows there are.
# What is shown in clear takes four more, for its one entry in the audit log.
SHAPES = {
    "plain": ("{ loans { nodes { id number overdue { amount } } } }", 2),
    "counted": ("{ loans { totalCount { value } nodes { id } } }", 3),
    "to one": ("{ loans { nodes { id customer { id number } } } }", 3),
    "to one, in clear": ("{ loans { nodes { id customer { id name } } } }", 7),
    "to many": ("{ loans { nodes { instalments(first: 12) { nodes { number } } } } }", 3),
    "to many, counted": ("{ loans { nodes { instalments { totalCount { value } } } } }", 4),
    "there and back": (
        "{ loans { nodes { customer { loans { nodes { customer { id } } } } } } }", 5,
    ),
    "twice, differently": (
        "{ loans { nodes { a: instalments(first: 1) { nodes { id } }"
        " b: instalments(last: 1) { nodes { id } } } } }", 4,
    ),
    "twice, alike": (
        "{ loans { nodes { a: instalments(first: 2) { nodes { id } }"
        " b: instalments(first: 2) { edges { cursor } } } } }", 3,
    ),
    "wide": (
        "{ loans { nodes { customer { name } payments { nodes { id loan { id } } }"
        " instalments { nodes { id } } allowedActions { allowed } } } }", 10,
    ),
    "cases": ("{ cases { nodes { id customer { number } allowedActions { allowed } } } }", 3),
    "payments": ("{ payments { nodes { id loan { number } allowedActions { allowed } } } }", 3),
}  # fmt: skip


@pytest.mark.parametrize(("query", "bound"), SHAPES.values(), ids=SHAPES)
async def test_the_statements_do_not_grow_with_the_rows(
    api: Api, loans: list[LoanKey], query: str, bound: int
) -> None:
    await insert_cases(10)
    await insert_payments(10)
    with statements() as sent:
        await api.data(query)
    assert 0 < len(sent) <= bound, sent


async def test_every_relation_leads_to_its_own(api: Api, loans: list[LoanKey]) -> None:
    query = """{ loans { nodes { id
        customer { id loans { nodes { id } } }
        instalments(first: 2) { nodes { number dueOn state total { amount } } }
    } } }"""
    told = (await api.data(query))["loans"]["nodes"]
    assert [loan["id"] for loan in told] == [id_of("Loan", *key) for key in loans]
    for loan, key in zip(told, loans, strict=True):
        assert loan["customer"]["id"] == id_of("Customer", key.customer_id, key.customer_id)
        siblings = [one for one in loans if one.customer_id == key.customer_id]
        assert [one["id"] for one in loan["customer"]["loans"]["nodes"]] == [
            id_of("Loan", *one) for one in siblings
        ]
        assert loan["instalments"]["nodes"] == [
            {"number": 1, "dueOn": "2026-01-31", "state": "LATE", "total": {"amount": "1010.00"}},
            {"number": 2, "dueOn": "2026-02-28", "state": "LATE", "total": {"amount": "1008.00"}},
        ]


async def test_an_instalment_says_how_it_stands(api: Api, loans: list[LoanKey]) -> None:
    post = """mutation ($loan: ID!) { postPayment(input: {idempotencyKey: "a", loanId: $loan,
        amount: {amount: "1500.00", currency: "CNY"}, valueOn: "2026-03-15"}) {
        loan { instalments { nodes { state paid { amount } settledOn } } } } }"""
    data = await api.data(post, {"loan": id_of("Loan", *loans[0])})
    assert data["postPayment"]["loan"]["instalments"]["nodes"] == [
        {"state": "PAID", "paid": {"amount": "1010.00"}, "settledOn": "2026-03-15"},
        {"state": "LATE", "paid": {"amount": "490.00"}, "settledOn": None},
        {"state": "DUE", "paid": {"amount": "0.00"}, "settledOn": None},
    ]


PERSONAL = "{ customers(first: 1) { nodes { name phone email idNumber } } }"


async def test_personal_data_is_masked(loans: list[LoanKey]) -> None:
    data = await Api(integrator(Scope.customers_read)).data(PERSONAL)
    assert data["customers"]["nodes"] == [
        {
            "name": "林**",
            "phone": "138****0000",
            "email": "a***@example.com",
            "idNumber": "**************0000",
        }
    ]


async def test_personal_data_is_shown_to_the_scope_that_says_so(loans: list[LoanKey]) -> None:
    data = await Api(integrator(Scope.customers_read, Scope.personal_read)).data(PERSONAL)
    assert data["customers"]["nodes"] == [
        {
            "name": "林思0",
            "phone": "13800000000",
            "email": "a0@example.com",
            "idNumber": "110101199001010000",
        }
    ]


BY_PHONE = "query ($p: String!) { customers(where: {phone: {eq: $p}}) { nodes { id } } }"


async def test_a_borrower_is_found_by_phone_and_by_identity_number(
    api: Api, loans: list[LoanKey]
) -> None:
    wanted = [{"id": id_of("Customer", loans[4].customer_id, loans[4].customer_id)}]
    for typed in ("13800000002", "+86 138 0000 0002"):
        assert (await api.data(BY_PHONE, {"p": typed}))["customers"]["nodes"] == wanted
    by_id = '{ customers(where: {idNumber: {in: ["110101199001010002"]}}) { nodes { id } } }'
    assert (await api.data(by_id))["customers"]["nodes"] == wanted
    for nobody in ("13800000009", "", "1"):
        assert (await api.data(BY_PHONE, {"p": nobody}))["customers"]["nodes"] == []


async def test_whose_phone_it_is_is_personal_data(loans: list[LoanKey]) -> None:
    masked = Api(integrator(Scope.customers_read))
    assert await masked.codes(BY_PHONE, {"p": "13800000002"}) == ["INSUFFICIENT_SCOPE"]


async def test_a_loan_is_found_by_the_number_of_its_source(api: Api, loans: list[LoanKey]) -> None:
    customer_id = await make_customer()
    key = await make_loan(SCHEDULE, customer_id=customer_id, source_number="ABC-1")
    query = '{ loans(where: {sourceNumber: {eq: "ABC-1"}}) { nodes { id } } }'
    assert (await api.data(query))["loans"]["nodes"] == [{"id": id_of("Loan", *key)}]


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("{bucket: {eq: 2}}", 10),
        ("{bucket: {eq: 0}}", 0),
        ("{bucket: {in: [1, 2]}}", 10),
        ("{NOT: {bucket: {gte: 1}}}", 0),
        ("{OR: [{bucket: {eq: 7}}, {disbursedOn: {lte: \"2026-01-01\"}}]}", 10),
        ("{AND: [{bucket: {gt: 1}}, {overdueSince: {lt: \"2026-01-31\"}}]}", 0),
        ("{overdueSince: {isNull: true}}", 0),
        ("{nextDueOn: {isNull: false}}", 10),
        ("{NOT: {NOT: {bucket: {eq: 2}}}}", 10),
        ("{OR: []}", 0),
        ("{}", 10),
    ],
)  # fmt: skip
async def test_filters_combine(api: Api, loans: list[LoanKey], where: str, count: int) -> None:
    query = f"{{ loans(where: {where}) {{ totalCount {{ value }} nodes {{ id }} }} }}"
    told = (await api.data(query))["loans"]
    assert (told["totalCount"]["value"], len(told["nodes"])) == (count, count)


async def test_loans_of_one_borrower(api: Api, loans: list[LoanKey]) -> None:
    query = "query ($c: ID!) { loans(where: {customer: {eq: $c}}) { nodes { id } } }"
    customer_id = loans[0].customer_id
    told = await api.data(query, {"c": id_of("Customer", customer_id, customer_id)})
    assert len(told["loans"]["nodes"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("where: {NOT: {NOT: {NOT: {NOT: {bucket: {eq: 1}}}}}}", "FILTER_TOO_DEEP"),
        ("where: {bucket: {eq: null}}", "BAD_USER_INPUT"),
        ("where: {bucket: null}", "BAD_USER_INPUT"),
        ("where: {OR: null}", "BAD_USER_INPUT"),
        ('where: {customer: {eq: "junk"}}', "INVALID_ID"),
        ("orderBy: [{id: ASC}, {disbursedOn: ASC}]", "TOO_MANY_ITEMS"),
        ("orderBy: [{id: ASC, disbursedOn: ASC}]", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_filter_that_says_nothing_sensible_is_refused(
    api: Api, loans: list[LoanKey], arguments: str, code: str
) -> None:
    assert await api.codes(f"{{ loans({arguments}) {{ nodes {{ id }} }} }}") == [code]


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def test_nodes_come_in_the_order_asked_with_null_for_the_unseen(
    api: Api, loans: list[LoanKey]
) -> None:
    loan, customer_id = id_of("Loan", *loans[3]), loans[0].customer_id
    customer = id_of("Customer", customer_id, customer_id)
    unseen, crossed = id_of("Case", 1, 999), id_of("Loan", customer_id, loans[3].loan_id)
    told = (await api.data(NODES, {"ids": [unseen, loan, customer, crossed, loan]}))["nodes"]
    assert told == [
        None,
        {"__typename": "Loan", "id": loan},
        {"__typename": "Customer", "id": customer},
        None,
        {"__typename": "Loan", "id": loan},
    ]


async def test_an_id_is_no_way_around_a_scope(loans: list[LoanKey]) -> None:
    reader = Api(integrator(Scope.loans_read))
    customer_id = loans[0].customer_id
    loan, customer = id_of("Loan", *loans[0]), id_of("Customer", customer_id, customer_id)
    assert (await reader.data(NODES, {"ids": [loan]}))["nodes"][0]["id"] == loan
    assert await reader.codes(NODES, {"ids": [loan, customer]}) == ["INSUFFICIENT_SCOPE"]
    one = "query ($id: ID!) { node(id: $id) { id } }"
    assert await reader.codes(one, {"id": customer}) == ["INSUFFICIENT_SCOPE"]


async def test_a_person_sees_through_the_api_what_his_pages_show() -> None:
    await set_business_date()
    branch = await make_branch()
    mine, other = await make_team(branch, "a", "A"), await make_team(branch, "b", "B")
    ours = await make_loan(SCHEDULE, customer_id=await make_customer(team_id=mine))
    theirs = await make_loan(SCHEDULE, customer_id=await make_customer(team_id=other))
    collector = actor_of(
        Role.collector, row_scope=RowScope.team, team_id=mine, scopes=frozenset(ALL_SCOPES)
    )
    api = Api(collector)

    listed = (await api.data("{ loans { totalCount { value } nodes { id } } }"))["loans"]
    assert listed == {"totalCount": {"value": 1}, "nodes": [{"id": id_of("Loan", *ours)}]}
    told = await api.data(NODES, {"ids": [id_of("Loan", *theirs), id_of("Loan", *ours)]})
    assert told["nodes"] == [None, {"__typename": "Loan", "id": id_of("Loan", *ours)}]
    one = "query ($id: ID!) { loan(id: $id) { id } }"
    assert (await api.data(one, {"id": id_of("Loan", *theirs)}))["loan"] is None


async def test_a_scope_gives_a_person_no_permission_his_role_lacks() -> None:
    await set_business_date()
    administrator = actor_of(Role.administrator, scopes=frozenset(ALL_SCOPES))
    assert await Api(administrator).codes("{ loans { nodes { id } } }") == ["FORBIDDEN"]


async def test_what_may_be_done_is_told_with_its_reason(api: Api, loans: list[LoanKey]) -> None:
    query = """{ loans(first: 1) { nodes {
        allowedActions { action allowed reason code } } } }"""
    (loan,) = (await api.data(query))["loans"]["nodes"]
    assert loan["allowedActions"] == [
        {"action": "payment.post", "allowed": True, "reason": None, "code": None}
    ]
    reader = Api(integrator(Scope.loans_read))
    (loan,) = (await reader.data(query))["loans"]["nodes"]
    (action,) = loan["allowedActions"]
    assert (action["allowed"], action["code"]) == (False, "FORBIDDEN")
    assert action["reason"] == "Your role does not allow this."


async def test_a_skipped_field_is_not_read(api: Api, loans: list[LoanKey]) -> None:
    query = """query ($deep: Boolean!) { loans { nodes { id
        customer @include(if: $deep) { name } } } }"""
    with statements() as sent:
        told: dict[str, Any] = await api.data(query, {"deep": False})
    assert "customer" not in told["loans"]["nodes"][0]
    assert len(sent) == 2


@contextmanager
def statements() -> Iterator[list[str]]:
    sent: list[str] = []
    _heard.append(sent)
    try:
        yield sent
    finally:
        _heard.remove(sent)


async def test_a_case_tells_the_debts_in_other_currencies(api: Api) -> None:
    await set_business_date()
    await insert_cases(1)
    customer_id = await database.value("SELECT customer_id FROM collection_case")
    await database.execute(
        "UPDATE collection_case SET overdue_other = $2::jsonb WHERE customer_id = $1",
        customer_id,
        '{"USD": 120000, "JPY": 500}',
    )
    query = "{ cases { nodes { overdue { amount currency } overdueOther { amount currency } } } }"
    (case,) = (await api.data(query))["cases"]["nodes"]
    assert case == {
        "overdue": {"amount": "10.00", "currency": "CNY"},
        "overdueOther": [
            {"amount": "500", "currency": "JPY"},
            {"amount": "1200.00", "currency": "USD"},
        ],
    }
