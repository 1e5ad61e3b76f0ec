"""Two tests that hold the rules of shape without a distributed engine: one reads the catalogue,
one judges every statement the suite has sent."""

from typing import Any

import pytest

from app import database as db
from app.place import Place
from tests import statement
from tests.statement import PLACES

BORROWER_TABLES = sorted(t for t, place in PLACES.items() if place is Place.borrower)


@pytest.mark.parametrize("table", sorted(PLACES))
def test_each_table_declares_its_place(table: str) -> None:
    assert PLACES[table] in Place


@pytest.mark.usefixtures("database")
async def test_every_table_of_the_database_has_a_model() -> None:
    rows = await db.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert {row["tablename"] for row in rows} - {"tortoise_migrations"} == set(PLACES)


@pytest.mark.usefixtures("database")
async def test_borrower_tables_name_their_borrower() -> None:
    rows = await db.rows(
        "SELECT table_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'customer_id'"
    )
    columns = {row["table_name"]: (row["data_type"], row["is_nullable"]) for row in rows}
    for table in BORROWER_TABLES:
        if table != "customer":
            assert columns[table] == ("bigint", "NO"), table


@pytest.mark.usefixtures("database")
async def test_every_unique_key_of_a_borrower_table_contains_the_borrower() -> None:
    """The primary key is `id` alone until the switch; by then nothing points at it."""
    wrong = []
    for index in await _indexes():
        table = index["table_name"]
        if PLACES[table] is not Place.borrower or table == "customer" or index["is_primary"]:
            continue
        if "customer_id" not in index["columns"]:
            wrong.append(index["index_name"])
    assert wrong == []


@pytest.mark.usefixtures("database")
async def test_foreign_keys_stay_where_they_may() -> None:
    keys = await _foreign_keys()
    assert len(keys) > 25, "the foreign keys were not found"
    for key in keys:
        child, parent = PLACES[key["child"]], PLACES[key["parent"]]
        name = key["name"]
        assert key["on_delete"] == "r", f"{name}: deleting must be refused"
        if child is Place.borrower and parent is Place.borrower:
            own = key["parent"] == "customer"
            assert key["columns"] == ["customer_id"] if own else key["columns"][0] == "customer_id"
        elif child is Place.borrower:
            assert parent is Place.shared, f"{name}: from a borrower to {parent}"
        elif child is Place.shared:
            assert parent is Place.shared, f"{name}: from a shared table to {parent}"


@pytest.mark.usefixtures("database")
async def test_parents_can_be_pointed_at_by_borrower_and_id() -> None:
    uniques = {(i["table_name"], tuple(i["columns"])) for i in await _indexes() if i["is_unique"]}
    parents = {key["parent"] for key in await _foreign_keys()}
    for parent in parents:
        if PLACES[parent] is Place.borrower and parent != "customer":
            assert (parent, ("customer_id", "id")) in uniques


@pytest.mark.usefixtures("database")
async def test_ids_are_bigint() -> None:
    rows = await db.rows(
        "SELECT table_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'id'"
    )
    small = {r["table_name"] for r in rows if r["data_type"] != "bigint"}
    # One row for ever; and the bookkeeping of the migrations.
    assert small - {"business_day", "tortoise_migrations"} == set()


def test_the_statements_of_the_suite_are_being_judged() -> None:
    """The judging itself is done after each test, by the fixture `shapes`: it names the test."""
    assert statement.misshapen(["UPDATE loan SET bucket = 1 WHERE id = $1"]) != {}
    assert statement.misshapen(["SELECT suite.clean()"]) == {}


async def _indexes() -> list[dict[str, Any]]:
    return await db.rows(
        "SELECT t.relname AS table_name, i.relname AS index_name, x.indisunique AS is_unique,"
        " x.indisprimary AS is_primary, array(SELECT coalesce(a.attname, '') FROM"
        " unnest(x.indkey::int[]) WITH ORDINALITY AS k (number, place) LEFT JOIN pg_attribute a"
        " ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place)::text[] AS columns"
        " FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
        " WHERE n.nspname = 'public' AND t.relname <> 'tortoise_migrations' AND x.indisunique"
    )


async def _foreign_keys() -> list[dict[str, Any]]:
    return await db.rows(
        "SELECT k.conname AS name, c.relname AS child, p.relname AS parent,"
        " k.confdeltype::text AS on_delete, array(SELECT a.attname FROM"
        " unnest(k.conkey) WITH ORDINALITY AS u (number, place) JOIN pg_attribute a"
        " ON a.attrelid = c.oid AND a.attnum = u.number ORDER BY u.place)::text[] AS columns"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        " JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f'"
    )
