"""An integrator in a test: asks over HTTP, in process."""

from collections.abc import Mapping
from typing import Any

import httpx2
import orjson
from starlette.applications import Starlette
from starlette.routing import Route

from api.http import GraphQLOverHttp
from api.identifier import Kind, encode
from api.schema import ApiSchema, schema
from app.actor import Actor
from app.identity.errors import TokenRefused
from app.identity.scope import Scope, permissions_of_scopes
from tests.factories import client_of

ALL_SCOPES = tuple(Scope)
URL = "http://afterloan.test/graphql"


def integrator(*scopes: str, id: int = 7) -> Actor:
    return client_of(*permissions_of_scopes(scopes), id=id, scopes=scopes)


class Api:
    def __init__(self, actor: Actor, served: ApiSchema | None = None) -> None:
        self.actor = actor
        endpoint = GraphQLOverHttp(served or schema(), self._authenticate)
        self.app = Starlette(routes=[Route("/graphql", endpoint)])

    async def post(
        self, content: bytes | str, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        sent = {
            "content-type": "application/json",
            "authorization": "Bearer good",
            **(headers or {}),
        }
        return await self.send("POST", content=content, headers=sent)

    async def send(self, method: str, **arguments: Any) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, **{"url": URL, **arguments})

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The whole answer."""
        body = orjson.dumps({"query": query, "variables": variables, **more})
        answer: dict[str, Any] = (await self.post(body)).json()
        return answer

    async def data(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.ask(query, variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def codes(self, query: str, variables: Mapping[str, Any] | None = None) -> list[str]:
        """Of the errors, in their order."""
        answer = await self.ask(query, variables)
        return [error["extensions"]["code"] for error in answer.get("errors", [])]

    async def _authenticate(self, token: str) -> Actor:
        if token != "good":
            raise TokenRefused
        return self.actor


def id_of(kind: str, customer_id: int, id: int) -> str:
    return encode(Kind[kind], customer_id, id)
