"""Which scopes a document needs, found on the document itself before anything of it runs.

Every field says so in the SDL with `@requiresScopes`, or its type does. What says nothing is
refused to everybody: a new field is closed until somebody opens it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.code import Code
from api.directive import RequiresScopes
from api.price import directives_of
from api.refusal import Refused
from app.actor import Actor
from app.identity.scope import Scope

# Alternatives: every scope of at least one of them is needed.
Requirement = tuple[tuple[str, ...], ...]
SCOPE_NAMES = tuple(scope.value for scope in Scope)
# For what belongs to no capability (a page, an amount): a token that may do anything at all.
ANY: Requirement = tuple((name,) for name in SCOPE_NAMES)
# No token holds it.
CLOSED: Requirement = (("closed",),)
_META_FIELDS = frozenset({"__schema", "__type"})


class Needed(NamedTuple):
    requirement: Requirement
    # The first field that needs it, as "Type.field".
    coordinate: str


def requires(*alternatives: str | tuple[str, ...]) -> RequiresScopes:
    lists = ((one,) if isinstance(one, str) else one for one in alternatives)
    return RequiresScopes(scopes=[[str(name) for name in names] for names in lists])


def requires_any() -> RequiresScopes:
    """For types shared by all capabilities."""
    return requires(*Scope)


def needs_of(
    document: DocumentNode, operation: OperationDefinitionNode, schema: GraphQLSchema
) -> tuple[Needed, ...]:
    """Each requirement once. Meant for a valid document, and kept with it."""
    walk = _Walk(document, schema)
    walk.open(operation.selection_set, schema.get_root_type(operation.operation))
    return tuple(Needed(*pair) for pair in walk.found.items())


def check_scopes(needs: Iterable[Needed], actor: Actor) -> None:
    """Tells everything that is missing at once."""
    unmet = [need for need in needs if not satisfied(need.requirement, actor.scopes)]
    if not unmet:
        return
    missing: set[str] = set()
    for need in unmet:
        # Where several lists would do, the first that lacks least is named.
        least = min(need.requirement, key=lambda names: len(set(names) - actor.scopes))
        missing |= set(least) - actor.scopes
    names = sorted(missing)
    raise Refused(
        Code.INSUFFICIENT_SCOPE,
        f"The token lacks: {', '.join(names)}.",
        missingScopes=names,
        fields=sorted(need.coordinate for need in unmet),
    )


def satisfied(requirement: Requirement, scopes: frozenset[str]) -> bool:
    return any(scopes.issuperset(names) for names in requirement)


def requirement_of(schema: GraphQLSchema, parent: GraphQLNamedType, name: str) -> Requirement:
    """A field's own word, else its type's, else nobody's."""
    if name in _META_FIELDS or parent.name.startswith("__"):
        return ANY
    field = schema.get_field(parent, name)  # type: ignore[arg-type]
    return (field and _declared(field)) or _declared(parent) or CLOSED


def type_needs(schema: GraphQLSchema, name: str) -> tuple[Needed, ...]:
    """What a type needs by itself, whichever of its fields are read."""
    requirement = _declared(schema.type_map[name]) or CLOSED
    return (Needed(requirement, name),)


class _Walk:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.opened: set[str] = set()
        self.found: dict[Requirement, str] = {}

    def open(self, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                self._field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                kind = self.schema.type_map.get(condition.name.value) if condition else parent
                self.open(node.selection_set, kind)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in self.opened:
                self.opened.add(node.name.value)
                fragment = self.fragments[node.name.value]
                kind = self.schema.type_map.get(fragment.type_condition.name.value)
                self.open(fragment.selection_set, kind)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        name = node.name.value
        if parent is None or name == "__typename":
            return
        self.found.setdefault(requirement_of(self.schema, parent, name), f"{parent.name}.{name}")
        if node.selection_set is not None and not parent.name.startswith("__"):
            field = self.schema.get_field(parent, name)  # type: ignore[arg-type]
            kind = None if field is None else _named(field.type)
            self.open(node.selection_set, kind)


def _declared(element: object) -> Requirement | None:
    for directive in directives_of(element):
        if isinstance(directive, RequiresScopes):
            return tuple(tuple(names) for names in directive.scopes)
    return None


def _named(kind: object) -> GraphQLNamedType:
    while not isinstance(kind, GraphQLNamedType):
        kind = kind.of_type  # type: ignore[attr-defined]
    return kind
