"""One linear pass over a parsed document before it is validated.

Each fragment is weighed once and remembered, so no document can make the pass exponential; what it
finds too large is refused before validation or a resolver could spend time on it."""

from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
)

from api.code import Code
from api.limit import LIMITS, Limits
from api.price import Price, Prices
from api.refusal import Refused
from api.variables import DIGITS_MAX, Variables, check_count, check_text

_PAGE_ARGUMENTS = frozenset({"first", "last"})
_INTROSPECTIONS = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Weight:
    """What a selection set asks for, its fragments opened."""

    depth: int = 0
    fields: int = 0
    # Fields of this very level.
    width: int = 0
    aliases: int = 0
    directives: int = 0
    introspections: int = 0
    # Cost once for the object, and once more for each row of the page it is.
    cost: int = 0
    cost_per_row: int = 0

    def add(self, other: "Weight") -> None:
        self.depth = max(self.depth, other.depth)
        self.fields += other.fields
        self.width += other.width
        self.aliases += other.aliases
        self.directives += other.directives
        self.introspections += other.introspections
        self.cost += other.cost
        self.cost_per_row += other.cost_per_row


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The one to run. Several without a name are refused: guessing would run a wrong one."""
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if name is None and len(operations) > 1:
        raise Refused(Code.OPERATION_NAME_REQUIRED, "Name the operation to run in 'operationName'.")
    for operation in operations:
        if name is None or (operation.name and operation.name.value == name):
            return operation
    raise Refused(Code.OPERATION_UNKNOWN, "The document has no such operation.")


def check_document(document: DocumentNode, limits: Limits = LIMITS) -> None:
    """How many definitions there are; the parser has bounded the tokens."""
    fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
    operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
    _require(fragments, limits.fragments, Code.TOO_MANY_FRAGMENTS, "fragments")
    _require(operations, limits.operations, Code.TOO_MANY_OPERATIONS, "operations")


def weigh(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
    prices: Prices,
    limits: Limits = LIMITS,
) -> Weight:
    """Raises `Refused` as soon as a limit is passed."""
    scale = _Scale(document, variables, prices, limits)
    place = _Place(0, 0, limits.depth, limits.cost)
    weight = scale.weigh(operation.selection_set, prices.root(operation.operation), place)
    weight.directives += len(operation.directives or ())
    _require(weight.width, limits.root_fields, Code.TOO_MANY_ROOT_FIELDS, "root fields")
    scale.check(weight, place)
    return weight


class _Place(NamedTuple):
    """Where in the document the pass is, and what holds there."""

    depth: int
    nesting: int
    depth_max: int
    cost_max: int

    def inside(self) -> "_Place":
        return self._replace(nesting=self.nesting + 1)

    def below(self) -> "_Place":
        return self._replace(depth=self.depth + 1, nesting=self.nesting + 1)


class _Scale:
    def __init__(
        self, document: DocumentNode, variables: Variables, prices: Prices, limits: Limits
    ) -> None:
        self.variables, self.prices, self.limits = variables, prices, limits
        self.fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        # None while a fragment is being weighed: to meet it again is a cycle.
        self.known: dict[str, Weight | None] = {}

    def weigh(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None, place: _Place
    ) -> Weight:
        if place.nesting > self.limits.nesting:
            raise self._too_deep(self.limits.nesting)
        total = Weight()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total.add(self._field(node, parent, place))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                kind = self.prices.type_named(condition.name.value) if condition else parent
                total.add(self.weigh(node.selection_set, kind, place.inside()))
            elif isinstance(node, FragmentSpreadNode):
                total.add(self._fragment(node.name.value, place))
            total.directives += len(node.directives or ())
            self.check(total, place)
        return total

    def check(self, weight: Weight, place: _Place) -> None:
        limits = self.limits
        _require(weight.fields, limits.fields, Code.TOO_MANY_FIELDS, "fields")
        _require(weight.aliases, limits.aliases, Code.TOO_MANY_ALIASES, "aliases")
        _require(weight.directives, limits.directives, Code.TOO_MANY_DIRECTIVES, "directives")
        _require(
            weight.introspections,
            limits.introspections,
            Code.TOO_MUCH_INTROSPECTION,
            "introspections",
        )
        if place.cost_max == limits.cost:
            _require(weight.cost, place.cost_max, Code.TOO_COSTLY, "points of cost")
        else:
            _require(
                weight.cost, place.cost_max, Code.TOO_MUCH_INTROSPECTION, "introspected objects"
            )

    def _fragment(self, name: str, place: _Place) -> Weight:
        if name in self.known:
            known = self.known[name]
            if known is None:
                raise Refused(Code.FRAGMENT_CYCLE, f"Fragment '{name[:60]}' spreads itself.")
            if place.depth + known.depth > place.depth_max:
                raise self._too_deep(place.depth_max)
            return known
        fragment = self.fragments.get(name)
        if fragment is None:
            return Weight()
        self.known[name] = None
        kind = self.prices.type_named(fragment.type_condition.name.value)
        weight = self.known[name] = self.weigh(fragment.selection_set, kind, place.inside())
        return weight

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, place: _Place) -> Weight:
        if place.depth + 1 > place.depth_max:
            raise self._too_deep(place.depth_max)
        name = node.name.value
        price = self.prices.of(parent, name)
        rows = self._rows(node, price)
        weight = Weight(depth=1, fields=1, width=1, aliases=node.alias is not None)
        if node.selection_set is None:
            weight.cost = price.weight
        elif name in _INTROSPECTIONS:
            below = place.below()._replace(
                depth_max=self.limits.introspection_depth, cost_max=self.limits.introspection_cost
            )
            inner = self.weigh(node.selection_set, price.type, below)
            inner.width = inner.cost = inner.depth = 0
            weight.add(inner)
            weight.introspections += 1
            weight.cost = price.weight
        else:
            inner = self.weigh(node.selection_set, price.type, place.below())
            inner.width = 0
            inner.depth += 1
            inner.cost, inner.cost_per_row = _priced(price, inner, rows)
            weight.add(inner)
        return weight

    def _rows(self, node: FieldNode, price: Price) -> int | None:
        """How many rows the arguments ask for; a page that does not say has the default number."""
        rows = None
        for argument in node.arguments or ():
            name = argument.name.value
            self._check_value(argument.value, name, 1)
            if name in _PAGE_ARGUMENTS:
                self._check_page(name, self.variables.number(argument.value))
            if name in price.multipliers:
                size = self.variables.size(argument.value)
                rows = size if rows is None else max(rows, size or 0)
        if rows is None and price.multipliers:
            return self.limits.page_default
        return rows

    def _check_page(self, name: str, number: int | None) -> None:
        if number is not None and not 1 <= number <= self.limits.page:
            raise Refused(
                Code.BAD_PAGE_SIZE,
                f"'{name}' is from 1 to {self.limits.page}.",
                argument=name,
                limit=self.limits.page,
                actual=number,
            )

    def _check_value(self, value: ValueNode, name: str, depth: int) -> None:
        if isinstance(value, StringValueNode):
            check_text(value.value, self.limits, where=name)
        elif isinstance(value, IntValueNode) and len(value.value) > DIGITS_MAX:
            raise Refused(
                Code.BAD_NUMBER, f"'{name}' has more than {DIGITS_MAX} digits.", limit=DIGITS_MAX
            )
        elif isinstance(value, ListValueNode | ObjectValueNode):
            if depth > self.limits.input_depth:
                raise self._too_deep(self.limits.input_depth)
            if isinstance(value, ListValueNode):
                check_count(len(value.values), self.limits, where=name)
                inside = value.values
            else:
                check_count(len(value.fields), self.limits, where=name)
                inside = tuple(field.value for field in value.fields)
            for item in inside:
                self._check_value(item, name, depth + 1)

    def _too_deep(self, limit: int) -> Refused:
        return Refused(Code.TOO_DEEP, f"Nested deeper than {limit} levels.", limit=limit)


def _priced(price: Price, inner: Weight, rows: int | None) -> tuple[int, int]:
    """Cost once, and cost for each row of the page around it."""
    if not price.is_list:
        size = 1 if rows is None else rows
        return price.weight + inner.cost + size * inner.cost_per_row, 0
    each = 1 + inner.cost + inner.cost_per_row
    size_known = price.size if rows is None else rows
    return (0, each) if size_known is None else (price.weight + size_known * each, 0)


def _require(actual: int, limit: int, code: Code, noun: str) -> None:
    if actual > limit:
        raise Refused(
            code, f"{actual} {noun}; at most {limit} are allowed.", limit=limit, actual=actual
        )
