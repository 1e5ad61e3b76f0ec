"""What was asked: read from the wire with a bound, and taken apart without trusting its shape."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from strawberry.http import GraphQLRequestData

from api.code import Code
from api.limit import LIMITS
from api.negotiation import JSON
from api.refusal import Refused


async def read_post(request: Request) -> GraphQLRequestData:
    _check_headers(request.headers)
    return asked(_decoded(await _bounded_body(request)))


def read_get(request: Request) -> GraphQLRequestData:
    if len(request.url.query) > LIMITS.body_bytes:
        raise _too_large()
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            parameters[name] = _decoded(text.encode("utf-8", "surrogatepass"))
    return asked(parameters)


def asked(parameters: Any) -> GraphQLRequestData:
    if not isinstance(parameters, dict):
        what = "Batches are not accepted" if isinstance(parameters, list) else "Not an object"
        raise Refused(Code.BAD_REQUEST, f"{what}: send one JSON object with a query.")
    query = parameters.get("query")
    if not isinstance(query, str) or not query.strip():
        raise Refused(Code.BAD_REQUEST, "'query' must be a string with an operation.")
    return GraphQLRequestData(
        query=query,
        variables=_taken(parameters, "variables", dict),
        operation_name=_taken(parameters, "operationName", str),
        extensions=_taken(parameters, "extensions", dict),
    )


def _taken(parameters: Mapping[str, Any], name: str, kind: type) -> Any:
    value = parameters.get(name)
    if value is not None and not isinstance(value, kind):
        wanted = "an object" if kind is dict else "a string"
        raise Refused(Code.BAD_REQUEST, f"'{name}' must be {wanted} or null.")
    return value


def _check_headers(headers: Headers) -> None:
    media_type, *parameters = (
        piece.strip().lower() for piece in headers.get("content-type", "").split(";")
    )
    if media_type != JSON:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"Send {JSON}.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
            raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, "Send UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, "Send the body without compression.")


async def _bounded_body(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 12 or int(length) > LIMITS.body_bytes):
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMITS.body_bytes:
            raise _too_large()
    return bytes(body)


def _decoded(body: bytes) -> Any:
    """orjson refuses what is no JSON: NaN, infinities, bad UTF-8, half a surrogate pair, and more
    nesting than the stack holds."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(Code.BAD_REQUEST, "The body is not valid JSON in UTF-8.") from None


def _too_large() -> Refused:
    return Refused(
        Code.BODY_TOO_LARGE,
        f"At most {LIMITS.body_bytes} bytes are read.",
        limit=LIMITS.body_bytes,
    )
