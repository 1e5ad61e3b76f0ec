"""The addresses of the API: itself, its schema, and what its error codes mean."""

import hashlib
from collections.abc import Iterator
from functools import cache

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.code import MEANINGS, Code
from api.error import ERRORS_PATH, describe
from api.http import Authenticate, GraphQLOverHttp, bearer_token, refused
from api.schema import schema
from app.errors import AfterloanError, NotFound
from app.i18n import N_, preferred, speaking, translate
from app.web.stated import stated


class CodeUnknown(NotFound):
    code = "ERROR_CODE_UNKNOWN"
    text = N_("There is no such error code.")
    mend = N_("Copy the address from the field “docs” of the error.")


def api_routes(authenticate: Authenticate) -> list[Route]:
    async def published_schema(request: Request) -> Response:
        """For whoever holds a token; the same text as the committed file."""
        try:
            await authenticate(bearer_token(request))
        except AfterloanError as error:
            # As the API says it: who asks is a program, and no page to sign in helps it.
            return refused(request, describe(GraphQLError("", original_error=error)))
        text, etag = _schema_text()
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return PlainTextResponse(text, headers=headers)

    return [
        stated(
            "/graphql",
            GraphQLOverHttp(schema(), authenticate),
            access="token scopes",
            answered=("GET", "POST"),
            name="graphql",
        ),
        stated("/schema.graphql", published_schema, access="token", name="graphql.schema"),
        stated(f"{ERRORS_PATH}/{{code}}", error_meaning, access="public", name="graphql.error"),
    ]


@cache
def _schema_text() -> tuple[str, str]:
    """With its ETag."""
    text = schema().as_str() + "\n"
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


async def error_meaning(request: Request) -> Response:
    """Where the field `docs` of every error leads to. Open to all: it says nothing of anybody."""
    code = request.path_params["code"]
    with speaking(preferred(request.headers.get("accept-language", ""))):
        meanings = list(dict.fromkeys(_meanings(code)))
    if not meanings:
        raise CodeUnknown
    return PlainTextResponse("\n\n".join([code, *meanings]) + "\n")


def domain_errors() -> Iterator[type[AfterloanError]]:
    """Every refusal of the domain that is loaded."""
    waiting: list[type[AfterloanError]] = [AfterloanError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.__subclasses__()


def _meanings(code: str) -> Iterator[str]:
    if code in set(Code):
        yield MEANINGS[Code(code)].text
    for kind in domain_errors():
        if kind.code == code and kind is not AfterloanError:
            # Its facts are unknown here: {number} stands for itself.
            yield " ".join(filter(None, (translate(kind.text), translate(kind.mend))))
