"""Documents parsed and validated once, then remembered by their text.

Only a document that passed everything is kept, and the memory is bounded by tokens rather than by
documents: nobody can fill it with junk, and a few large ones cost no more than many small ones."""

from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.code import Code
from api.limit import LIMITS
from api.refusal import Refused
from api.scope import Needed, needs_of

TOKENS_REMEMBERED_MAX = 60_000
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
# A tenth of a second; the package's own half a million is a quarter, and it is spent on one core.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 200_000


@dataclass(slots=True)
class Prepared:
    document: DocumentNode
    tokens: int
    is_valid: bool = False
    needs: dict[int, tuple[Needed, ...]] = field(default_factory=dict)

    def validate(self, schema: GraphQLSchema, *, suggest: bool) -> list[GraphQLError]:
        if self.is_valid:
            return []
        found = validate(
            schema, self.document, RULES, max_errors=LIMITS.errors, hide_suggestions=not suggest
        )
        self.is_valid = not found
        return found

    def needed_by(
        self, operation: OperationDefinitionNode, schema: GraphQLSchema
    ) -> tuple[Needed, ...]:
        key = id(operation)
        if key not in self.needs:
            self.needs[key] = needs_of(self.document, operation, schema)
        return self.needs[key]


class Documents:
    def __init__(self, tokens_max: int = TOKENS_REMEMBERED_MAX) -> None:
        self._known: OrderedDict[str, Prepared] = OrderedDict()
        self._tokens_max = tokens_max
        self.tokens = 0
        self.hits = 0

    def get(self, query: str) -> Prepared:
        known = self._known.get(query)
        if known is not None:
            self._known.move_to_end(query)
            self.hits += 1
            return known
        document = parsed(query)
        return Prepared(document, document.token_count or LIMITS.tokens)

    def keep(self, query: str, prepared: Prepared) -> None:
        assert prepared.is_valid, "only what passed is kept"
        if query in self._known:
            return
        self._known[query] = prepared
        self.tokens += prepared.tokens
        while self.tokens > self._tokens_max:
            _, oldest = self._known.popitem(last=False)
            self.tokens -= oldest.tokens


def parsed(query: str) -> DocumentNode:
    try:
        return parse(query, max_tokens=LIMITS.tokens)
    except GraphQLSyntaxError as error:
        if "tokens. Parsing aborted" in error.message:
            raise Refused(
                Code.TOO_MANY_TOKENS,
                f"The query has more than {LIMITS.tokens} tokens.",
                limit=LIMITS.tokens,
            ) from None
        if "nested too deeply" in error.message:
            raise Refused(
                Code.TOO_DEEP, f"Nested deeper than {LIMITS.depth} levels.", limit=LIMITS.depth
            ) from None
        raise
