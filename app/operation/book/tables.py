"""The neutral format as `neutral.toml` declares it: tables, their columns, what each means."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import msgspec

from app.i18n import CHINESE, current_language
from app.operation.book import rows


class FieldKind(StrEnum):
    key = "key"
    text = "text"
    amount = "amount"
    rate = "rate"
    number = "count"
    date = "date"
    moment = "moment"
    code = "code"
    currency = "currency"


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    kind: FieldKind
    # The heading that a Chinese file may carry instead of the name.
    label: str
    about: str
    about_zh: str
    example: str
    required: bool = False
    default: str | None = None
    codes: tuple[str, ...] = ()
    words: dict[str, str] = {}
    # Shown masked in faults.
    personal: bool = False

    @property
    def code_words(self) -> dict[str, str]:
        return {**{code: code for code in self.codes}, **self.words}

    @property
    def meaning(self) -> str:
        return self.about_zh if current_language() == CHINESE else self.about

    @property
    def heading(self) -> str:
        return self.label if current_language() == CHINESE else self.name


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    fields: tuple[Field, ...]
    keeps_extra: bool = False
    name: str = ""

    @property
    def row(self) -> type[rows.Row]:
        return _ROWS[self.name]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


_ROWS: Mapping[str, type[rows.Row]] = {
    str(kind.__struct_config__.tag): kind for kind in rows.Row.__subclasses__()
}


def _declared() -> Mapping[str, Table]:
    text = (Path(__file__).parent / "neutral.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            name: msgspec.structs.replace(msgspec.convert(table, Table), name=name)
            for name, table in tomllib.loads(text).items()
        }
    )


# In the order they are read: whom a row points at comes first.
TABLES: Mapping[str, Table] = _declared()
