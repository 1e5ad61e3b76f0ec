"""Whatever stands in a mapping, it is used or refused by name; nothing else may happen."""

import contextlib
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.operation.book.errors import MappingInvalid
from app.operation.book.fault import Faults
from app.operation.book.files import find_files
from app.operation.book.mapping import BookFormat, Condition, Source, TableSource
from app.operation.book.reading import read_rows
from tests.app.operation.book import books

TEXTS = [
    *("", " ", "*", "a*b*", "paid*", "{n}", "1..3", "9..1", "0..9999", "last", "\x00", "\n", '"'),
    *("YYYY", "MM", "YYYYYYYY", "(", "2020-13-45", "loan_key", "amount", "paid_on", "minor"),
]
JUNK = st.recursive(
    st.sampled_from(TEXTS) | st.integers(-1, 10**20) | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(TEXTS), inner),
    max_leaves=4,
)


def some_of(kind: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(kind.__struct_fields__), JUNK, max_size=3)


PLAIN = {name: name for name in ("loan_key", "paid_on", "amount")}
COLUMNS = st.dictionaries(
    st.sampled_from(["amount", "paid_on", "channel", "other"]), some_of(Source) | JUNK, max_size=2
).map(lambda some: {**PLAIN, **some})
TABLE = st.builds(
    lambda some, more: {**some, "file": "payments.csv", **more},
    some_of(TableSource),
    st.fixed_dictionaries(
        {"columns": COLUMNS}, optional={"where": st.lists(some_of(Condition), max_size=2)}
    ),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=TABLE, book=some_of(BookFormat))
@example(table={"file": "payments.csv", "columns": PLAIN}, book={"currency": "USD"})
def test_any_mapping_is_used_or_refused_by_name(
    table: dict[str, Any], book: dict[str, Any], tmp_path: Path
) -> None:
    books.write(tmp_path / "b", {"payments.csv": books.PAYMENTS})
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(f"{_toml('book', book)}\n{_toml('payments', table)}", encoding="utf-8")
    faults = Faults()
    with contextlib.suppress(MappingInvalid):
        for file in find_files([tmp_path / "b"], mapping, faults).files:
            list(read_rows(file, faults))
    assert all(fault.line("en") and fault.line("zh") for fault in faults.kept)


def _toml(name: str, table: dict[str, Any]) -> str:
    return f"{name} = {_value(table)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(key)} = {_value(part)}" for key, part in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)
