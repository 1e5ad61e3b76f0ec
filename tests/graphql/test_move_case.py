from datetime import date
from typing import Any

import pytest

from api.collection.move_case import MoveCaseErrorCode
from app import database
from app.identity.scope import Scope
from tests.factories import make_loan, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator
from tests.graphql.rows import insert_cases

pytestmark = pytest.mark.usefixtures("database")

MOVE = """
    mutation ($input: MoveCaseInput!) { moveCase(input: $input) {
        case { id stage version }
        userErrors { code path message }
    } }
"""


@pytest.fixture
async def case() -> str:
    """An open one, in its first column."""
    await set_business_date(date(2026, 3, 15))
    await insert_cases(6)
    row = await database.row(
        "SELECT customer_id, id FROM collection_case"
        " WHERE closed_on IS NULL AND stage = 'to_contact' ORDER BY id LIMIT 1"
    )
    assert row is not None
    return id_of("Case", row["customer_id"], row["id"])


@pytest.fixture
def api() -> Api:
    return Api(integrator(*ALL_SCOPES))


def move(case: str, stage: str = "PROMISED", version: int = 1) -> dict[str, Any]:
    return {"input": {"caseId": case, "stage": stage, "expectedVersion": version}}


async def test_it_answers_with_the_case_in_its_new_column(api: Api, case: str) -> None:
    data = await api.data(MOVE, move(case))
    assert data["moveCase"] == {
        "case": {"id": case, "stage": "PROMISED", "version": 2},
        "userErrors": [],
    }
    assert await moves() == 1


async def test_a_stale_version_brings_the_case_as_it_stands(api: Api, case: str) -> None:
    await api.data(MOVE, move(case))
    data = await api.data(MOVE, move(case, "LEGAL"))
    assert data["moveCase"]["case"] == {"id": case, "stage": "PROMISED", "version": 2}
    (error,) = data["moveCase"]["userErrors"]
    assert (error["code"], error["path"]) == ("STALE_VERSION", ["expectedVersion"])
    assert "core banking" in error["message"]
    assert await moves() == 1


async def test_a_case_in_that_column_stays_there(api: Api, case: str) -> None:
    await assert_refused(api, move(case, "TO_CONTACT"), "CASE_ALREADY_THERE", ["stage"])


async def test_an_unknown_case_is_refused(api: Api, case: str) -> None:
    await assert_refused(api, move(id_of("Case", 1, 999)), "CASE_NOT_FOUND", ["caseId"])


async def test_a_closed_case_is_refused(api: Api, case: str) -> None:
    row = await database.row(
        "SELECT customer_id, id FROM collection_case WHERE closed_on IS NOT NULL LIMIT 1"
    )
    assert row is not None
    closed = id_of("Case", row["customer_id"], row["id"])
    await assert_refused(api, move(closed, "LEGAL"), "CASE_CLOSED", ["caseId"])


def test_every_code_is_reached_by_a_test_above() -> None:
    assert {code.value for code in MoveCaseErrorCode} == {
        "CASE_NOT_FOUND",
        "CASE_CLOSED",
        "CASE_ALREADY_THERE",
        "STALE_VERSION",
    }


async def test_another_kind_of_id_is_a_fault_of_the_program(api: Api, case: str) -> None:
    loan = await make_loan([(date(2026, 3, 31), 1000, 10)])
    assert await api.codes(MOVE, move(id_of("Loan", *loan))) == ["WRONG_ID_TYPE"]


async def test_reading_is_not_writing(case: str) -> None:
    assert await Api(integrator(Scope.cases_read)).codes(MOVE, move(case)) == ["INSUFFICIENT_SCOPE"]
    assert await moves() == 0


async def test_what_may_be_done_is_what_is_then_done(api: Api, case: str) -> None:
    asks = """query ($id: ID!) { node(id: $id) { ... on Case {
        allowedActions { action allowed code } } } }"""
    told = (await api.data(asks, {"id": case}))["node"]["allowedActions"]
    assert [one["action"] for one in told] == [
        "case.move:TO_CONTACT",
        "case.move:CONTACTED",
        "case.move:PROMISED",
        "case.move:NEGOTIATING",
        "case.move:LEGAL",
    ]
    version = 1
    for one in told:
        stage = one["action"].partition(":")[2]
        moved = (await api.data(MOVE, move(case, stage, version)))["moveCase"]
        assert one["allowed"] == (moved["userErrors"] == [])
        assert one["code"] == next((error["code"] for error in moved["userErrors"]), None)
        version = moved["case"]["version"]


async def assert_refused(api: Api, order: dict[str, Any], code: str, path: list[str]) -> None:
    refused = (await api.data(MOVE, order))["moveCase"]
    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == (code, path)
    assert error["message"]
    assert await moves() == 0


async def moves() -> int:
    count: int = await database.value("SELECT count(*) FROM case_event WHERE kind = 'moved'")
    return count
