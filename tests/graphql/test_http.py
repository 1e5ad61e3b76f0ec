from typing import Any

import orjson
import pytest

from api.negotiation import GRAPHQL, JSON, negotiated
from app.actor import Actor
from app.errors import TooMany, Unavailable
from app.identity.scope import Scope
from tests.graphql.client import ALL_SCOPES, URL, Api, integrator

TYPENAME = orjson.dumps({"query": "{ __typename }"})
ASKS_LOANS = orjson.dumps({"query": "{ loans { nodes { id } } }"})
BROKEN = orjson.dumps({"query": "{ nothing }"})


@pytest.fixture
def api() -> Api:
    return Api(integrator(*ALL_SCOPES))


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.1, {GRAPHQL};q=0.2", GRAPHQL),
        (f"{GRAPHQL};q=junk, {JSON};q=0.1", JSON),
        (f"{GRAPHQL};q=0", None),
        ("text/html, image/png", None),
    ],
)
def test_the_answer_has_the_media_type_asked_for(accept: str | None, answered: str | None) -> None:
    assert negotiated(accept) == answered


async def test_an_answer_is_never_cached_and_depends_on_accept(api: Api) -> None:
    response = await api.post(TYPENAME)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert response.headers["vary"] == "Accept"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_told_which_to_use(api: Api, method: str) -> None:
    response = await api.send(method, headers={"authorization": "Bearer good"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert code_of(response) == "METHOD_NOT_ALLOWED"


async def test_a_query_may_be_got(api: Api) -> None:
    response = await got(api, {"query": "{ __typename }"})
    assert response.json()["data"] == {"__typename": "Query"}


async def test_a_mutation_may_not_be_got(api: Api) -> None:
    response = await got(api, {"query": "mutation { __typename }"})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert code_of(response) == "MUTATION_OVER_GET"


async def test_a_token_in_the_address_does_not_count(api: Api) -> None:
    response = await api.send("GET", params={"query": "{ __typename }", "access_token": "good"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="afterloan"'


@pytest.mark.parametrize(
    ("accept", "status"), [(JSON, 200), (GRAPHQL, 400)], ids=["old clients", "new clients"]
)
async def test_a_document_that_does_not_fit_has_no_data(api: Api, accept: str, status: int) -> None:
    response = await api.post(BROKEN, {"accept": accept})
    assert response.status_code == status
    assert "data" not in response.json()
    assert code_of(response) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_refused_token_is_invalid(api: Api) -> None:
    response = await api.post(TYPENAME, {"authorization": "Bearer bad"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == (
        'Bearer realm="afterloan", error="invalid_token"'
    )
    assert code_of(response) == "TOKEN_REFUSED"


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_missing_scope_is_named(accept: str) -> None:
    api = Api(integrator(Scope.cases_read))
    response = await api.post(ASKS_LOANS, {"accept": accept})
    assert response.status_code == 403
    assert response.headers["www-authenticate"] == (
        'Bearer realm="afterloan", error="insufficient_scope", scope="loans:read"'
    )
    assert code_of(response) == "INSUFFICIENT_SCOPE"


async def test_a_body_without_its_length_is_counted_as_it_comes(api: Api) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 10_000

    headers = {"authorization": "Bearer good", "content-type": "application/json"}
    response = await api.send("POST", content=endless(), headers=headers)
    assert response.status_code == 413
    assert code_of(response) == "BODY_TOO_LARGE"
    assert response.json()["errors"][0]["extensions"]["limit"] == 256 * 1024


@pytest.mark.parametrize(
    ("raised", "status", "header"),
    [(TooMany(seconds=7), 429, "7"), (Unavailable(), 503, "5")],
    ids=["too many requests", "database away"],
)
async def test_who_must_wait_is_told_how_long(raised: Exception, status: int, header: str) -> None:
    class Refusing(Api):
        async def _authenticate(self, token: str) -> Actor:
            raise raised

    response = await Refusing(integrator()).post(TYPENAME)
    assert response.status_code == status
    assert response.headers["retry-after"] == header


async def test_a_fault_of_ours_is_a_shaped_500_without_a_word_of_it() -> None:
    class Broken(Api):
        async def _authenticate(self, token: str) -> Actor:
            raise RuntimeError("password=hunter2 at db 10.0.0.5")

    response = await Broken(integrator()).post(TYPENAME)
    assert response.status_code == 500
    assert code_of(response) == "INTERNAL"
    assert b"hunter2" not in response.content


async def test_the_first_of_several_operations_is_not_guessed(api: Api) -> None:
    two = "query A { __typename } query B { __schema { queryType { name } } }"
    assert await api.codes(two) == ["OPERATION_NAME_REQUIRED"]
    named = await api.ask(two, operationName="A")
    assert named["data"] == {"__typename": "Query"}
    unknown = await api.ask(two, operationName="C")
    assert unknown["errors"][0]["extensions"]["code"] == "OPERATION_UNKNOWN"


async def got(api: Api, parameters: dict[str, str]) -> Any:
    headers = {"authorization": "Bearer good", "accept": JSON}
    return await api.send("GET", url=URL, params=parameters, headers=headers)


def code_of(response: Any) -> str:
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"]
    assert error["extensions"]["docs"].endswith(f"/graphql/errors/{error['extensions']['code']}")
    code: str = error["extensions"]["code"]
    return code
