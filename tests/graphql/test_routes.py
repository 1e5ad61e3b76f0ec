"""The addresses around the API, and the API behind a real token."""

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from api.code import Code
from api.routes import api_routes
from api.schema import schema
from app.errors import AfterloanError
from app.identity.actions import issue_token, revoke_token
from app.identity.order import IssuedToken, IssueToken, RevokeToken
from app.identity.scope import Scope
from app.identity.token import authenticate_bearer
from app.permission import Role
from tests.factories import actor_of, make_loan, set_business_date
from tests.graphql.test_post_payment import SCHEDULE

pytestmark = pytest.mark.usefixtures("database")

ADMINISTRATOR = actor_of(Role.administrator)
LOANS = {"query": "{ loans { nodes { number } } }"}


async def issued(*scopes: Scope) -> IssuedToken:
    order = IssueToken(client="core banking", scopes=[*scopes], days=30)
    return (await issue_token(ADMINISTRATOR, order)).result


async def test_a_real_token_reads_what_its_scopes_say() -> None:
    await set_business_date()
    await make_loan(SCHEDULE)
    token = (await issued(Scope.loans_read)).token

    response = await send("POST", "/graphql", token=token, json=LOANS)
    assert response.status_code == 200
    assert len(response.json()["data"]["loans"]["nodes"]) == 1

    asks_cases = {"query": "{ cases { nodes { id } } }"}
    assert (await send("POST", "/graphql", token=token, json=asks_cases)).status_code == 403


async def test_a_revoked_token_reads_nothing() -> None:
    token = await issued(Scope.loans_read)
    await revoke_token(ADMINISTRATOR, RevokeToken(token_id=token.id))
    response = await send("POST", "/graphql", token=token.token, json=LOANS)
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "TOKEN_REFUSED"


async def test_the_schema_is_for_who_holds_a_token_and_is_sent_once() -> None:
    stranger = await send("GET", "/schema.graphql")
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"] == 'Bearer realm="afterloan"'
    assert stranger.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    token = (await issued(Scope.loans_read)).token
    first = await send("GET", "/schema.graphql", token=token)
    assert first.text == schema().as_str() + "\n"
    again = await send(
        "GET", "/schema.graphql", token=token, headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("code", [*Code, "LOAN_CLOSED", "TOKEN_REFUSED", "NOT_FOUND"])
async def test_every_code_has_an_address_that_says_what_it_means(code: str) -> None:
    response = await send("GET", f"/graphql/errors/{code}")
    assert response.status_code == 200
    assert response.text.startswith(f"{code}\n\n")
    assert len(response.text) > len(code) + 20


async def test_a_code_is_explained_in_the_readers_language() -> None:
    response = await send(
        "GET", "/graphql/errors/TOKEN_REFUSED", headers={"accept-language": "zh-CN"}
    )
    assert "令牌" in response.text


@pytest.mark.parametrize("code", ["NO_SUCH_CODE", "INTERNALS", "x" * 300, "%00"])
async def test_a_code_that_does_not_exist_is_not_explained(code: str) -> None:
    response = await send("GET", f"/graphql/errors/{code}")
    assert (response.status_code, response.text) == (404, "ERROR_CODE_UNKNOWN")


async def send(method: str, path: str, *, token: str = "", **arguments: Any) -> httpx2.Response:
    app = Starlette(
        routes=api_routes(authenticate_bearer), exception_handlers={AfterloanError: told}
    )
    headers = {**arguments.pop("headers", {})}
    if token:
        headers["authorization"] = f"Bearer {token}"
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        return await client.request(
            method, f"http://afterloan.test{path}", headers=headers, **arguments
        )


async def told(request: Request, error: Exception) -> PlainTextResponse:
    assert isinstance(error, AfterloanError)
    return PlainTextResponse(error.code, error.status_code)
