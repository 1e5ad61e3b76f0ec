"""What of an error reaches the caller. Of an exception we did not expect: nothing but its id."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import asyncpg
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.types import ExecutionContext
from tortoise.exceptions import OperationalError

from api.code import MEANINGS, Code
from api.limit import LIMITS
from api.refusal import Refused
from app.errors import AfterloanError, TooMany, Unavailable
from app.log import get_logger, trace_of
from app.settings import settings
from app.unit_of_work import AWAY

ERRORS_PATH = "/graphql/errors"
# What the database raises when it was asked for too much.
_TOO_SLOW = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)

log = get_logger("graphql")


class Fault(NamedTuple):
    """An error as its caller sees it."""

    code: str
    status: int
    message: str
    facts: Mapping[str, Any] = MappingProxyType({})
    log_level: int = logging.INFO


def describe(error: GraphQLError) -> Fault:
    cause = _cause(error)
    if isinstance(cause, Refused):
        facts = {name: value for name, value in (cause.extensions or {}).items() if name != "code"}
        return Fault(cause.code, MEANINGS[cause.code].status, cause.message, facts)
    if isinstance(cause, AfterloanError):
        facts = {"mend": mend} if (mend := cause.render_mend()) else {}
        if isinstance(cause, TooMany):
            facts["retryAfterSeconds"] = cause.facts.get("seconds", 60)
        return Fault(cause.code, cause.status_code, cause.render(), facts, cause.log_level)
    if isinstance(cause, AWAY):
        return describe(GraphQLError("", original_error=Unavailable()))
    if isinstance(cause, _TOO_SLOW):
        return _of(Code.TIMEOUT, log_level=logging.WARNING)
    if isinstance(cause, GraphQLError):
        return _of(_code_of_protocol_error(cause), cause.message)
    return _of(Code.INTERNAL, "Internal error.", log_level=logging.ERROR)


def format_errors(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    return [_formatted(error, request_id) for error in errors[: LIMITS.errors]]


def error_body(fault: Fault, request_id: str) -> dict[str, Any]:
    """For a request refused before there is a document."""
    return {"errors": [_shaped(fault, request_id)]}


def log_errors(errors: Iterable[GraphQLError], context: ExecutionContext | None) -> None:
    """Says what kind of error where. The query, the variables and the exception's text stay out:
    they may hold personal data."""
    for error in errors:
        fault = describe(error)
        log.log(
            fault.log_level,
            "graphql_error",
            code=fault.code,
            operation=_operation_name(context),
            path=".".join(str(step) for step in error.path or ()),
            **(trace_of(_cause(error)) if fault.log_level >= logging.ERROR else {}),
        )


def _formatted(error: GraphQLError, request_id: str) -> dict[str, Any]:
    shaped = _shaped(describe(error), request_id)
    if error.locations:
        shaped["locations"] = [location.formatted for location in error.locations[:20]]
    if error.path is not None:
        shaped["path"] = error.path
    return shaped


def _shaped(fault: Fault, request_id: str) -> dict[str, Any]:
    message = fault.message
    if len(message) > LIMITS.message:
        message = message[: LIMITS.message - 1] + "…"
    return {
        "message": message,
        "extensions": {
            "code": fault.code,
            "requestId": request_id,
            "docs": f"{settings().base_url}{ERRORS_PATH}/{fault.code}",
            **fault.facts,
        },
    }


def _of(code: Code, message: str = "", *, log_level: int = logging.INFO) -> Fault:
    meaning = MEANINGS[code]
    return Fault(code, meaning.status, message or meaning.text, log_level=log_level)


def _cause(error: GraphQLError) -> BaseException:
    """The exception under graphql-core's and Tortoise's wrappings. A protocol error that wraps
    another one says more than that: it names the variable."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        inner = cause.original_error
        says_less = type(inner) is GraphQLError and inner.original_error is None
        if says_less:
            break
        cause = inner
    if isinstance(cause, OperationalError) and cause.__cause__ is not None:
        return cause.__cause__
    return cause


def _code_of_protocol_error(error: GraphQLError) -> Code:
    if isinstance(error, GraphQLSyntaxError):
        return Code.GRAPHQL_PARSE_FAILED
    if error.message.startswith("Variable '$") or error.path is not None:
        return Code.BAD_USER_INPUT
    return Code.GRAPHQL_VALIDATION_FAILED


def _operation_name(context: ExecutionContext | None) -> str:
    name = context.operation_name if context is not None and context.graphql_document else None
    return (name or "")[:60]
