"""The way of a document: parsed, weighed, validated, its scopes checked; only then executed."""

from collections.abc import AsyncIterator, Iterator

from graphql import GraphQLError, OperationType
from strawberry.extensions import SchemaExtension

from api.call import Call
from api.clear import record_shown
from api.code import Code
from api.document import Documents, Prepared
from api.guard import check_document, choose_operation, weigh
from api.keyed import Question, same_answer_again
from api.limit import LIMITS
from api.price import Prices
from api.refusal import Refused
from api.scope import check_scopes
from api.variables import Variables, check_values


class Gate(SchemaExtension):
    """Made anew for each operation; what it remembers is the schema's."""

    def __init__(self, documents: Documents, prices: Prices) -> None:
        super().__init__()
        self.documents, self.prices = documents, prices
        self.prepared: Prepared | None = None

    @property
    def call(self) -> Call:
        call = self.execution_context.context
        assert isinstance(call, Call), "an operation runs on somebody's behalf"
        return call

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        assert context.query, "the request was read before"
        self.prepared = self.documents.get(context.query)
        document = context.graphql_document = self.prepared.document
        check_document(document)
        operation = choose_operation(document, context._provided_operation_name)
        if operation.operation is not OperationType.QUERY and self.call.method == "GET":
            raise Refused(Code.MUTATION_OVER_GET, "Mutations are sent by POST.")
        values = context.variables or {}
        check_values(values, LIMITS)
        weight = weigh(document, operation, Variables(operation, values), self.prices)
        self.call.extensions["cost"] = {"requested": weight.cost, "limit": LIMITS.cost}
        self.operation = operation
        yield

    def on_validate(self) -> Iterator[None]:
        context, call = self.execution_context, self.call
        assert self.prepared is not None
        assert context.query
        schema = context.schema._schema
        errors = self.prepared.validate(schema, suggest=call.may_introspect())
        if not errors:
            check_scopes(self.prepared.needed_by(self.operation, schema), call.actor)
            self.documents.keep(context.query, self.prepared)
        context.pre_execution_errors = errors
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        yield
        context = self.execution_context
        assert context.query
        if context.result is None:
            return
        if self.call.keyed:
            question = Question(
                context.query,
                context.operation_name,
                context.variables,
                self.call.may_reveal(),
            )
            await same_answer_again(self.call, question, context.result)
        try:
            await record_shown(self.call)
        except Exception as error:
            # What is not on the record is not shown.
            context.result.data = None
            context.result.errors = [GraphQLError("", original_error=error)]
