"""Whether a field was asked for below the one being resolved, so that nothing is read in vain."""

from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, SelectionSetNode

from api.call import Info


def selects(info: Info, name: str) -> bool:
    """Directly below, in whatever fragment; a field under @skip counts as asked for."""
    raw = info._raw_info
    return any(
        field.name.value == name
        for node in raw.field_nodes
        if node.selection_set is not None
        for field in _fields(node.selection_set, raw)
    )


def _fields(selections: SelectionSetNode, raw: GraphQLResolveInfo[Any]) -> Iterator[FieldNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(raw.fragments[node.name.value].selection_set, raw)
        else:
            yield from _fields(node.selection_set, raw)  # type: ignore[attr-defined]
