"""GraphQL over HTTP, as the specification has it, and deaf to everything else.

Only a bearer token says who asks. A session's cookie never does, so that no page of somebody else
can make a browser ask in its user's name."""

from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, StarletteRequestAdapter
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.types import ExecutionResult

from api.body import read_get, read_post
from api.call import Call
from api.code import Code
from api.error import Fault, describe, error_body, format_errors, log
from api.limit import LIMITS
from api.negotiation import GRAPHQL, JSON, negotiated
from api.refusal import Refused
from api.schema import ApiSchema
from app.actor import Actor
from app.errors import Unauthenticated
from app.i18n import N_, preferred, set_language
from app.log import request_id, set_request_id

Authenticate = Callable[[str], Awaitable[Actor]]

_REALM = 'Bearer realm="afterloan"'
# These say the same whatever media type the caller speaks.
_PLAIN_STATUSES = frozenset({401, 403, 405, 406, 413, 415, 429, 503})


class _Adapter(StarletteRequestAdapter):
    @property
    def starlette(self) -> Request:
        return self._request


class GraphQLOverHttp(GraphQL[Call, None]):
    schema: ApiSchema
    request_adapter_class = _Adapter

    def __init__(self, schema: ApiSchema, authenticate: Authenticate) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self.authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocket(scope, receive, send).close()
            return
        request = Request(scope, receive)
        if not request_id():
            set_request_id(token_hex(8))
        set_language(preferred(request.headers.get("accept-language", "")))
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        except Exception as error:
            response = self._refusal(request, error)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method not in {"GET", "POST"}:
            raise Refused(Code.METHOD_NOT_ALLOWED, "Ask by POST, or by GET for queries.")
        if negotiated(request.headers.get("accept")) is None:
            raise Refused(Code.NOT_ACCEPTABLE, f"Accept {GRAPHQL} or {JSON}.")
        return await self.run(request)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Call:
        assert isinstance(request, Request)
        assert isinstance(response, Response)
        call = Call(
            actor=await self.authenticate(bearer_token(request)),
            request_id=request_id(),
            method=request.method,
            response=response,
        )
        request.state.call = call
        return call

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        assert isinstance(request, _Adapter)
        if request.method == "GET":
            return read_get(request.starlette)
        return await read_post(request.starlette)

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        call: Call = request.state.call
        assert call.response is not None
        answer: dict[str, Any] = {}
        errors = result.errors or []
        if errors:
            answer["errors"] = format_errors(errors, call.request_id)
        # An error of the request itself has no path, and then nothing was executed.
        was_executed = result.data is not None or any(error.path for error in errors)
        if was_executed:
            answer["data"] = result.data
        else:
            _set_refusal(call.response, describe(errors[0]), media_type_of(request))
        if len(errors) > LIMITS.errors:
            call.extensions["errorsOmitted"] = len(errors) - LIMITS.errors
        if call.extensions:
            answer["extensions"] = call.extensions
        return answer  # type: ignore[return-value]

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        _set_headers(response, media_type_of(request))
        return response

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        response = Response(orjson.dumps(response_data), sub_response.status_code or 200)
        response.headers.update(sub_response.headers)
        return response

    def _refusal(self, request: Request, error: Exception) -> Response:
        fault = describe(GraphQLError("", original_error=error))
        if fault.code == Code.INTERNAL:
            self.schema.process_errors([GraphQLError("", original_error=error)])
        else:
            log.log(fault.log_level, "graphql_refused", code=fault.code)
        return refused(request, fault)


def refused(request: Request, fault: Fault) -> Response:
    """A request that never became an operation."""
    response = Response(orjson.dumps(error_body(fault, request_id())), fault.status)
    media_type = media_type_of(request)
    _set_headers(response, media_type)
    _set_refusal(response, fault, media_type, is_protocol_error=True)
    return response


def bearer_token(request: Request) -> str:
    """The one credential that counts. Two headers are refused: each side might read another."""
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing
    return token.strip()


class TokenMissing(Unauthenticated):
    text = N_("Send a bearer token; cookies do not count here.")
    mend = N_("Get a token and send it as “Authorization: Bearer …”.")


def media_type_of(request: Request | WebSocket) -> str:
    return negotiated(request.headers.get("accept")) or GRAPHQL


def _set_headers(response: Response, media_type: str) -> None:
    response.headers["content-type"] = f"{media_type}; charset=utf-8"
    response.headers["vary"] = "Accept"
    response.headers["cache-control"] = "no-store"


def _set_refusal(
    response: Response, fault: Fault, media_type: str, *, is_protocol_error: bool = False
) -> None:
    """A well-formed request whose document is refused answers 200 to who speaks application/json:
    so the specification wants it, for the sake of old clients."""
    if is_protocol_error or media_type == GRAPHQL or fault.status in _PLAIN_STATUSES:
        response.status_code = fault.status
    if fault.status == 401:
        invalid = "" if fault.code == Code.UNAUTHENTICATED else ', error="invalid_token"'
        response.headers["www-authenticate"] = _REALM + invalid
    elif fault.status == 403:
        scopes = " ".join(fault.facts.get("missingScopes", ()))
        response.headers["www-authenticate"] = (
            f'{_REALM}, error="insufficient_scope", scope="{scopes}"'
        )
    elif fault.status == 405:
        is_mutation = fault.code == Code.MUTATION_OVER_GET
        response.headers["allow"] = "POST" if is_mutation else "GET, POST"
    elif fault.status == 429:
        response.headers["retry-after"] = str(fault.facts["retryAfterSeconds"])
    elif fault.status == 503:
        response.headers["retry-after"] = "5"
