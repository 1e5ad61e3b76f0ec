"""The schema, and what it remembers between operations."""

from functools import cache

from graphql import GraphQLError
from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from api.document import Documents
from api.error import log_errors
from api.gate import Gate
from api.mutation import Mutation
from api.price import Prices
from api.query import Query
from api.scalar import SCALARS


class ApiSchema(Schema):
    """Every operation passes the gate, whoever executes it."""

    def __init__(self, query: type = Query, mutation: type | None = Mutation) -> None:
        super().__init__(
            query=query, mutation=mutation, config=StrawberryConfig(scalar_map=SCALARS)
        )
        self.documents = Documents()
        self.prices = Prices(self._schema)

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        return [Gate(self.documents, self.prices)]

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        log_errors(errors, execution_context)


@cache
def schema() -> ApiSchema:
    return ApiSchema()
