"""A request refused before or while it runs, by code. Its text is ours: it may reach the caller."""

from collections.abc import Collection
from typing import Any

from graphql import GraphQLError, Node

from api.code import Code


class Refused(GraphQLError):
    def __init__(
        self, code: Code, message: str, *, nodes: Collection[Node] | None = None, **facts: Any
    ) -> None:
        super().__init__(message, nodes=nodes, extensions={"code": code.value, **facts})
        self.code = code
