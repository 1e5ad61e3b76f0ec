"""Of what went wrong inside, a code and an id get out; nothing personal gets logged."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import strawberry
from structlog.testing import capture_logs
from tortoise.exceptions import DBConnectionError

from api.connection import Count
from api.limit import LIMITS
from api.schema import ApiSchema
from api.scope import requires_any
from app import database
from app.database import SERVER_SETTINGS
from app.errors import NotFound
from tests.factories import make_loan, set_business_date
from tests.graphql.client import ALL_SCOPES, Api, id_of, integrator
from tests.graphql.test_post_payment import POST, SCHEDULE, payment

SECRET = "password=hunter2 at db 10.0.0.5 for 林思远"


def failing(error: BaseException) -> Any:
    def resolve() -> str | None:
        raise error

    return strawberry.field(resolver=resolve, directives=[requires_any()])


def answering(answer: Any) -> Any:
    def resolve() -> Any:
        return answer

    return strawberry.field(resolver=resolve, directives=[requires_any()])


@strawberry.type
class Failing:
    broken: str | None = failing(RuntimeError(SECRET))
    asserted: str | None = failing(AssertionError(SECRET))
    away: str | None = failing(DBConnectionError(SECRET))
    slow: str | None = failing(asyncpg.QueryCanceledError(SECRET))
    missing: str | None = failing(NotFound())
    wrong_type: Count | None = answering(SECRET)
    null: str = answering(None)
    fine: str = answering("fine")


@pytest.fixture
def api() -> Api:
    return Api(integrator(*ALL_SCOPES), ApiSchema(Failing, None))


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as entries:
        yield entries  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "code", "level"),
    [
        ("broken", "INTERNAL", "error"),
        ("asserted", "INTERNAL", "error"),
        ("away", "UNAVAILABLE", "error"),
        ("slow", "TIMEOUT", "warning"),
        ("missing", "NOT_FOUND", "info"),
        ("wrongType { value }", "INTERNAL", "error"),
    ],
)
async def test_nothing_of_an_exception_gets_out(
    api: Api, logged: list[dict[str, object]], field: str, code: str, level: str
) -> None:
    query = f"query Personal {{ fine {field} }} # 林思远"
    answer = await api.ask(query)

    assert answer["data"]["fine"] == "fine"
    errors = answer["errors"]
    assert [error["extensions"]["code"] for error in errors] == [code]
    assert "hunter2" not in str(answer)
    (entry,) = [one for one in logged if one["event"] == "graphql_error"]
    assert (entry["code"], entry["log_level"], entry["operation"]) == (code, level, "Personal")
    assert "hunter2" not in str(logged)
    assert "林思远" not in str(logged)


async def test_a_fault_names_its_place_in_the_log(
    api: Api, logged: list[dict[str, object]]
) -> None:
    await api.ask("{ broken }")
    (entry,) = [one for one in logged if one["event"] == "graphql_error"]
    assert (entry["raised"], entry["path"]) == ("RuntimeError", "broken")
    assert "test_error.py" in str(entry["frames"])


async def test_every_error_has_code_request_id_docs_and_place(api: Api) -> None:
    (error,) = (await api.ask("{\n  missing\n}"))["errors"]
    assert error["path"] == ["missing"]
    assert error["locations"] == [{"line": 2, "column": 3}]
    extensions = error["extensions"]
    assert extensions.keys() == {"code", "requestId", "docs", "mend"}
    assert extensions["docs"] == "http://127.0.0.1:8000/graphql/errors/NOT_FOUND"
    assert len(extensions["requestId"]) >= 8


async def test_a_refusal_is_told_in_the_readers_language(api: Api) -> None:
    response = await api.post(b'{"query":"{ missing }"}', {"accept-language": "zh-CN"})
    (error,) = response.json()["errors"]
    assert error["message"] == "没有这条记录，或不在您的可见范围内。"


async def test_a_null_where_none_may_be_is_our_fault(api: Api) -> None:
    answer = await api.ask("{ null }")
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL"]


async def test_at_most_twenty_errors_are_told(api: Api) -> None:
    many = " ".join(f"a{n}: broken b{n}: missing" for n in range(10))
    assert len((await api.ask(f"{{ {many} }}"))["errors"]) == LIMITS.errors
    unknown = "... on Failing { " + " ".join(f"unknown{n}" for n in range(15)) + " }"
    more = unknown.replace("unknown", "other")
    limited = Api(integrator(*ALL_SCOPES), ApiSchema(Failing, None))
    assert len((await limited.ask(f"{{ {unknown} }}"))["errors"]) == 15
    assert await limited.codes(f"{{ {unknown} {more} }}") == ["TOO_MANY_ROOT_FIELDS"]


async def test_a_message_is_cut_at_three_hundred_characters(api: Api) -> None:
    (error,) = (await api.ask("{ " + "x" * 2000 + " }"))["errors"]
    assert len(error["message"]) == 300
    assert error["message"].endswith("…")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits a fifth of a second for a lock."""
    monkeypatch.setitem(SERVER_SETTINGS, "lock_timeout", "200")


@pytest.mark.usefixtures("impatient", "database")
async def test_an_order_that_is_being_done_is_told_so() -> None:
    await set_business_date()
    loan = await make_loan(SCHEDULE)
    async with database.raw_connection() as other, other.transaction():
        await other.execute(
            "SELECT id FROM loan WHERE customer_id = $1 AND id = $2 FOR UPDATE", *loan
        )
        api = Api(integrator(*ALL_SCOPES))
        answer = await api.ask(POST, payment(loan))
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "IDEMPOTENCY_IN_PROGRESS"
    assert error["extensions"]["retryAfterSeconds"] == 1
    assert await database.value("SELECT count(*) FROM payment") == 0


@pytest.mark.usefixtures("impatient", "database")
async def test_a_read_that_takes_too_long_is_told_so() -> None:
    await set_business_date()
    api = Api(integrator(*ALL_SCOPES))
    async with database.raw_connection() as other, other.transaction():
        await other.execute("LOCK TABLE loan IN ACCESS EXCLUSIVE MODE")
        assert await api.codes("{ loans { nodes { id } } }") == ["TIMEOUT"]


@pytest.mark.usefixtures("database")
async def test_a_value_that_does_not_open_tells_nothing(logged: list[dict[str, object]]) -> None:
    """A personal value copied into another row: our fault, and nobody's name gets out."""
    await set_business_date()
    loan = await make_loan(SCHEDULE)
    await database.execute(
        "UPDATE customer SET phone = $2 WHERE id = $1", loan.customer_id, b"\x01\x01" + bytes(40)
    )
    api = Api(integrator(*ALL_SCOPES))
    query = "query ($id: ID!) { customer(id: $id) { id phone } }"
    id = id_of("Customer", loan.customer_id, loan.customer_id)
    answer = await api.ask(query, {"id": id})
    assert answer["data"]["customer"] == {"id": id, "phone": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL"]
