"""The values sent beside a document: looked over once, then asked for page sizes."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLError, IntValueNode, ListValueNode, OperationDefinitionNode, ValueNode
from graphql.language import VariableNode
from graphql.utilities import value_from_ast_untyped

from api.code import Code
from api.limit import Limits
from api.refusal import Refused

# Twenty digits hold more than any number of ours; Python refuses to read some thousands.
DIGITS_MAX = 20


def check_values(values: Mapping[str, Any], limits: Limits) -> None:
    """Bounds every list, string and number, however deep, without recursion."""
    waiting = [(name, value, 1) for name, value in values.items()]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, str):
            check_text(value, limits, where=name)
        elif isinstance(value, float):
            raise Refused(
                Code.BAD_NUMBER,
                f"Variable '{name}' holds a fractional or too large number;"
                " amounts are sent as strings.",
                variable=name,
            )
        elif isinstance(value, list | dict):
            if depth > limits.input_depth:
                raise Refused(
                    Code.TOO_DEEP,
                    f"Variable '{name}' is nested deeper than {limits.input_depth} levels.",
                    limit=limits.input_depth,
                )
            check_count(len(value), limits, where=name)
            waiting.extend((name, item, depth + 1) for item in _items(value))


def check_text(text: str, limits: Limits, *, where: str) -> None:
    if len(text) > limits.text:
        raise Refused(
            Code.TEXT_TOO_LONG,
            f"'{where}' has more than {limits.text} characters.",
            limit=limits.text,
        )
    if "\0" in text or not _is_unicode(text):
        raise Refused(Code.BAD_TEXT, f"'{where}' holds a character that cannot be stored.")


def check_count(count: int, limits: Limits, *, where: str) -> None:
    if count > limits.items:
        raise Refused(
            Code.TOO_MANY_ITEMS,
            f"'{where}' has {count} items; at most {limits.items} are allowed.",
            limit=limits.items,
            actual=count,
        )


class Variables:
    """What a variable stands for in one operation: the value sent, else its default."""

    def __init__(self, operation: OperationDefinitionNode, values: Mapping[str, Any]) -> None:
        self._values: dict[str, Any] = {}
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            if name in values:
                self._values[name] = values[name]
            elif definition.default_value is not None:
                self._values[name] = _plain(definition.default_value)

    def number(self, node: ValueNode) -> int | None:
        """The integer an argument will have; None when it is none, which validation then says."""
        if isinstance(node, IntValueNode):
            return int(node.value) if len(node.value) <= DIGITS_MAX else 10**DIGITS_MAX
        if isinstance(node, VariableNode):
            value = self._values.get(node.name.value)
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        return None

    def size(self, node: ValueNode) -> int | None:
        """How many rows an argument asks for: a number, or the items of a list."""
        if isinstance(node, ListValueNode):
            return len(node.values)
        if isinstance(node, VariableNode):
            value = self._values.get(node.name.value)
            if isinstance(value, list):
                return len(value)
        return self.number(node)


def _is_unicode(text: str) -> bool:
    """Half a surrogate pair is a character to Python, and to nobody else."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _items(value: list[Any] | dict[str, Any]) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    else:
        for key, item in value.items():
            yield key
            yield item


def _plain(node: ValueNode) -> Any:
    try:
        return value_from_ast_untyped(node)
    except (GraphQLError, ValueError):
        return None
