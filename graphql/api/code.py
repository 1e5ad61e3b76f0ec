"""The codes of what is wrong with a request itself. A code never changes its meaning."""

from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    BAD_REQUEST = "BAD_REQUEST"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    INSUFFICIENT_SCOPE = "INSUFFICIENT_SCOPE"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    OPERATION_NAME_REQUIRED = "OPERATION_NAME_REQUIRED"
    OPERATION_UNKNOWN = "OPERATION_UNKNOWN"
    MUTATION_OVER_GET = "MUTATION_OVER_GET"
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS"
    TOO_DEEP = "TOO_DEEP"
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
    TOO_MANY_ROOT_FIELDS = "TOO_MANY_ROOT_FIELDS"
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES"
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    TOO_MANY_FRAGMENTS = "TOO_MANY_FRAGMENTS"
    FRAGMENT_CYCLE = "FRAGMENT_CYCLE"
    TOO_MUCH_INTROSPECTION = "TOO_MUCH_INTROSPECTION"
    TOO_COSTLY = "TOO_COSTLY"
    BAD_PAGE_SIZE = "BAD_PAGE_SIZE"
    BAD_PAGING = "BAD_PAGING"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    BAD_TEXT = "BAD_TEXT"
    BAD_NUMBER = "BAD_NUMBER"
    INVALID_ID = "INVALID_ID"
    WRONG_ID_TYPE = "WRONG_ID_TYPE"
    INVALID_CURSOR = "INVALID_CURSOR"
    FILTER_TOO_DEEP = "FILTER_TOO_DEEP"
    TIMEOUT = "TIMEOUT"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    INTERNAL = "INTERNAL"


class Meaning(NamedTuple):
    # What a refusal answers with when nothing was executed.
    status: int
    text: str


MEANINGS: dict[Code, Meaning] = {
    Code.BAD_REQUEST: Meaning(400, "The request is not a JSON object with a query."),
    Code.METHOD_NOT_ALLOWED: Meaning(405, "GraphQL is asked by POST, or by GET for queries."),
    Code.NOT_ACCEPTABLE: Meaning(
        406, "The answer is application/graphql-response+json or application/json."
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning(
        415, "The body is application/json in UTF-8, without compression."
    ),
    Code.BODY_TOO_LARGE: Meaning(413, "The body is larger than 256 KiB."),
    Code.UNAUTHENTICATED: Meaning(401, "A valid bearer token is needed; cookies do not count."),
    Code.INSUFFICIENT_SCOPE: Meaning(
        403, "The token lacks scopes that the document needs; `missingScopes` names them all."
    ),
    Code.GRAPHQL_PARSE_FAILED: Meaning(400, "The query is not GraphQL."),
    Code.GRAPHQL_VALIDATION_FAILED: Meaning(400, "The query does not fit the schema."),
    Code.BAD_USER_INPUT: Meaning(400, "A variable or argument has a value its type refuses."),
    Code.OPERATION_NAME_REQUIRED: Meaning(
        400, "The document has several operations; `operationName` says which to run."
    ),
    Code.OPERATION_UNKNOWN: Meaning(400, "The document has no operation of that name."),
    Code.MUTATION_OVER_GET: Meaning(405, "Mutations are sent by POST."),
    Code.TOO_MANY_TOKENS: Meaning(400, "The query has more than 2,000 tokens."),
    Code.TOO_DEEP: Meaning(400, "The query or an input is nested too deeply."),
    Code.TOO_MANY_FIELDS: Meaning(400, "The query selects too many fields, fragments opened."),
    Code.TOO_MANY_ROOT_FIELDS: Meaning(400, "The operation has too many root fields."),
    Code.TOO_MANY_ALIASES: Meaning(400, "The query has too many aliases."),
    Code.TOO_MANY_DIRECTIVES: Meaning(400, "The query has too many directives."),
    Code.TOO_MANY_OPERATIONS: Meaning(400, "The document has too many operations."),
    Code.TOO_MANY_FRAGMENTS: Meaning(400, "The document has too many fragments."),
    Code.FRAGMENT_CYCLE: Meaning(400, "A fragment spreads itself, directly or through others."),
    Code.TOO_MUCH_INTROSPECTION: Meaning(400, "One `__schema` or `__type` at a time."),
    Code.TOO_COSTLY: Meaning(
        400, "The query costs more than 10,000; `@cost` in the schema says how it is counted."
    ),
    Code.BAD_PAGE_SIZE: Meaning(400, "A page has 1 to 100 rows."),
    Code.BAD_PAGING: Meaning(
        400, "Paging goes forward with `first` and `after`, or backward with `last` and `before`."
    ),
    Code.TOO_MANY_ITEMS: Meaning(400, "A list in an argument or variable has too many items."),
    Code.TEXT_TOO_LONG: Meaning(400, "A string in an argument or variable is too long."),
    Code.BAD_TEXT: Meaning(
        400,
        "A string holds a NUL character or half a surrogate pair; one that is stored, also a line"
        " break or another control character.",
    ),
    Code.BAD_NUMBER: Meaning(400, "A number is fractional or has too many digits."),
    Code.INVALID_ID: Meaning(400, "This is no id of ours; `argument` names where it stands."),
    Code.WRONG_ID_TYPE: Meaning(400, "This id is of another type than the argument takes."),
    Code.INVALID_CURSOR: Meaning(
        400, "The cursor is forged, outdated, or belongs to another list, filter or order."
    ),
    Code.FILTER_TOO_DEEP: Meaning(400, "AND, OR and NOT go three levels deep."),
    Code.TIMEOUT: Meaning(503, "The operation took longer than it may; ask for less."),
    Code.IDEMPOTENCY_IN_PROGRESS: Meaning(
        409, "The same order is being done right now; repeat it in a moment."
    ),
    Code.INTERNAL: Meaning(500, "Our fault. `requestId` tells us which one."),
}
