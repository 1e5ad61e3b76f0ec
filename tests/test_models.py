"""What holds for every model and its table alike."""

import importlib
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.models import Model

from app import database as db
from app.database import MODEL_MODULES
from app.personal import PersonalField


def _models() -> list[type[Model]]:
    found = {
        value
        for name in MODEL_MODULES
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type) and issubclass(value, Model) and value is not Model
    }
    return sorted(found, key=lambda model: str(model._meta.db_table))


MODELS = _models()


def every_field(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    for model in MODELS:
        for name, field in model._meta.fields_map.items():
            if isinstance(field, kind):
                yield f"{model._meta.db_table}.{name}", field


def test_the_models_were_found() -> None:
    assert len(MODELS) > 30


def test_deleting_a_parent_is_refused_by_every_foreign_key() -> None:
    """The ORM's own default would delete the children along."""
    keys = list(every_field(fields.relational.ForeignKeyFieldInstance))
    assert len(keys) >= 5
    assert {name for name, key in keys if key.on_delete is not fields.RESTRICT} == set()


def test_every_word_of_an_enum_fits_its_column() -> None:
    columns = list(every_field(CharEnumFieldInstance))
    assert len(columns) >= 10
    for name, field in columns:
        longest = max(field.enum_type, key=lambda member: len(str(member.value)))
        assert len(longest.value) <= field.max_length, f"{name} cannot hold {longest!r}"


def test_a_state_says_what_each_of_its_words_means() -> None:
    """One sentence for each, where the states are declared."""
    for name, field in every_field(CharEnumFieldInstance):
        kind: type[Enum] = field.enum_type
        if not name.endswith(".state"):
            continue
        said = kind.__doc__ or ""
        missing = {member.value for member in kind if f"{member.value}:" not in said}
        assert missing <= {"waiting"}, f"{kind.__name__}: {missing}"


def test_money_is_whole_and_wide() -> None:
    for model in MODELS:
        for name, field in model._meta.fields_map.items():
            if name.endswith("_minor"):
                assert isinstance(field, fields.BigIntField), f"{model.__name__}.{name}"


def test_no_column_is_a_float() -> None:
    assert list(every_field(fields.FloatField)) == []


@pytest.mark.usefixtures("database")
async def test_a_column_takes_the_longest_word_the_model_knows() -> None:
    """The table may be older than the model."""
    found = await db.rows(
        "SELECT table_name || '.' || column_name AS name, character_maximum_length AS length"
        " FROM information_schema.columns WHERE table_schema = 'public'"
    )
    lengths = {row["name"]: row["length"] for row in found}
    for name, field in every_field(CharEnumFieldInstance):
        assert lengths[name] == field.max_length


@pytest.mark.usefixtures("database")
async def test_a_table_has_the_columns_of_its_model_and_no_other() -> None:
    found = await db.rows(
        "SELECT table_name, array_agg(column_name::text) AS names FROM information_schema.columns"
        " WHERE table_schema = 'public' GROUP BY table_name"
    )
    columns = {row["table_name"]: set(row["names"]) for row in found}
    for model in MODELS:
        assert columns[str(model._meta.db_table)] == model._meta.db_fields


@pytest.mark.usefixtures("database")
async def test_personal_data_lies_in_bytes() -> None:
    """Names, phones, addresses, ID numbers of borrowers: never in a column of text."""
    found = await db.rows(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type <> 'bytea' AND table_name IN"
        " ('customer', 'related_party')"
        " AND column_name IN ('name', 'phone', 'email', 'id_number', 'address')"
    )
    assert found == []
    assert len(list(every_field(PersonalField))) >= 10
