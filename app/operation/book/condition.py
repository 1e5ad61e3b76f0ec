"""Which rows of a file are read: each condition of a mapping becomes one small function."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from app.operation.book.amounts import NumberForm, read_number
from app.operation.book.mapping import Condition, Format, Part, name_of, number_form, said

Cells = Sequence[str]
Keep = Callable[[Cells], bool]


def compile_condition(
    condition: Condition, formats: tuple[Format, ...], index_of: Callable[[str], int]
) -> Keep:
    empty = frozenset({"", *said("empty", formats, [])})
    if condition.sum is None:
        index = index_of(condition.column or "")
        return partial(_holds, condition, index, number_form(*formats), empty)
    parts = [
        (
            index_of(name_of(part)),
            number_form(*((part,) if isinstance(part, Part) else ()), *formats),
        )
        for part in condition.sum
    ]
    return partial(_sum_holds, condition, parts, empty)


def _holds(
    condition: Condition, index: int, form: NumberForm, empty: frozenset[str], cells: Cells
) -> bool:
    text = cells[index].strip()
    if condition.filled is not None and (text not in empty) != condition.filled:
        return False
    if condition.among is not None and text not in condition.among:
        return False
    if condition.not_among is not None and text in condition.not_among:
        return False
    if condition.above is None and condition.below is None:
        return True
    return text not in empty and _is_between(read_number(text, form), condition)


def _sum_holds(
    condition: Condition, parts: list[tuple[int, NumberForm]], empty: frozenset[str], cells: Cells
) -> bool:
    """Empty cells count as nothing."""
    total = Decimal(0)
    for index, form in parts:
        text = cells[index].strip()
        if text not in empty:
            total += read_number(text, form)
    return _is_between(total, condition)


def _is_between(number: Decimal, condition: Condition) -> bool:
    above, below = condition.above, condition.below
    return (above is None or number > above) and (below is None or number < below)
