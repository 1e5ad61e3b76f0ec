"""Every verb, in every state of the scenarios, said by everybody: what `may` answers is what the
call then does, and a refusal leaves no trace."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import msgspec
import pytest

import app
from app import database as db
from app.actor import Actor
from app.errors import AfterloanError, Forbidden
from app.operation.business_day import NoBusinessDay
from app.permission import ROLE_PERMISSIONS, Permission, Role
from app.unit_of_work import unit_of_work
from app.verb import VERBS, Verb
from tests.scenario import SCENARIOS
from tests.scenario.scene import ACTORS, SYSTEM, Scene, make_scene

KEY = "one-and-only"
# The same rows again are known by the batch they came in, not by a key.
KNOWN_BY_ITS_BATCH = {"import.write"}
# A session belongs to whoever opens it.
ONLY_FOR_PEOPLE: dict[str, set[Role | str | None]] = {"session.open": {"system"}}
# Everybody may sign out; the rest of the permissions are some role's.
HELD_BY_NO_ROLE = {Permission.SESSION_OWN}


class Undone(Exception):
    pass


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """Takes one actor's doings back before the next one has his turn."""
    with suppress(Undone):
        async with unit_of_work():
            yield
            raise Undone


def every_verb() -> dict[str, Verb[Any, Any, Any]]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return VERBS


def test_every_verb_has_a_permission_and_scenarios() -> None:
    assert len(every_verb()) >= 24
    assert set(every_verb()) == set(SCENARIOS)
    for name, verb in every_verb().items():
        assert isinstance(verb.permission, Permission), name
        assert SCENARIOS[name], name


def test_every_permission_is_held_by_some_role() -> None:
    held = frozenset().union(*ROLE_PERMISSIONS.values())
    assert set(Permission) - held == HELD_BY_NO_ROLE


def test_verbs_are_called_noun_and_deed() -> None:
    for name in every_verb():
        noun, _, deed = name.partition(".")
        assert noun.isidentifier()
        assert deed.isidentifier()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_the_answer_is_what_happens(name: str) -> None:
    """Whoever holds the permission does it in some state, so that the matrix is no list of
    refusals; nobody else ever does."""
    verb, doers, holders = VERBS[name], set(), set()
    for say in SCENARIOS[name]:
        for kind in ACTORS:
            async with undone():
                scene = await make_scene(kind)
                if scene.actor.may(verb.permission):
                    holders.add(kind)
                if await _try(verb, scene, await say(scene)):
                    doers.add(kind)
    assert doers == holders - ONLY_FOR_PEOPLE.get(name, set())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_a_verb_without_its_permission_is_forbidden(name: str) -> None:
    verb, nobody = VERBS[name], Actor(kind=SYSTEM.kind, id=0, name="nobody")
    scene = await make_scene(None)
    order = await SCENARIOS[name][0](scene)
    before = await every_row()
    foreseen = await verb.may(nobody, order)
    with pytest.raises(Forbidden) as met:
        await verb(nobody, order, key=KEY)
    assert said(foreseen) == said(met.value)
    assert met.value.facts == {"permission": verb.permission.value}
    assert await every_row() == before


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_nothing_is_done_before_the_book_has_a_date(name: str) -> None:
    scene = await make_scene("system")
    order = await SCENARIOS[name][0](scene)
    await db.execute("DELETE FROM business_day")
    before = await every_row()
    assert isinstance(await VERBS[name].may(SYSTEM, order), NoBusinessDay)
    with pytest.raises(NoBusinessDay):
        await VERBS[name](SYSTEM, order, key=KEY)
    assert await every_row() == before


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", sorted(name for name, verb in every_verb().items() if verb.keyed))
async def test_what_moves_money_wants_a_key_and_does_it_once(name: str) -> None:
    verb, scene = VERBS[name], await make_scene("system")
    order = await SCENARIOS[name][0](scene)
    with pytest.raises(AssertionError, match="needs an idempotency key"):
        await verb(SYSTEM, order)

    first = await verb(SYSTEM, order, key=KEY)
    after = await every_row()
    second = await verb(SYSTEM, order, key=KEY)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.result == first.result
    assert await every_row() == after


async def _try(verb: Verb[Any, Any, Any], scene: Scene, order: msgspec.Struct) -> bool:
    """Says it; True when it was done."""
    before, book = await every_row(), await _book()
    foreseen = await verb.may(scene.actor, order)
    assert await every_row() == before, "`may` has written"
    met: AfterloanError | None = None
    try:
        await verb(scene.actor, order, key=KEY if verb.keyed else None)
    except AfterloanError as refusal:
        met = refusal
    assert said(met) == said(foreseen), scene.actor
    if met is not None:
        assert await every_row() == before, "a refusal has written"
        return False
    await _assert_explained(verb.name, order, book)
    if (await _book()).money != book.money:
        assert verb.keyed or verb.name in KNOWN_BY_ITS_BATCH, "it moves money: give it `keyed`"
    return True


def said(refusal: AfterloanError | None) -> tuple[Any, ...] | None:
    return None if refusal is None else (type(refusal), refusal.code, refusal.facts)


class Book(NamedTuple):
    audit_id: int
    loan_event_id: int
    case_event_id: int
    money: tuple[Any, ...]


async def _book() -> Book:
    found = await db.row(
        "SELECT (SELECT coalesce(max(id), 0) FROM audit_entry) AS audit_id,"
        " (SELECT coalesce(max(id), 0) FROM loan_event) AS loan_event_id,"
        " (SELECT coalesce(max(id), 0) FROM case_event) AS case_event_id"
    )
    money = await db.row(
        "SELECT count(*), sum(amount_minor), count(reversal_event_id) AS taken_back FROM payment"
    )
    assert found is not None
    assert money is not None
    return Book(**found, money=tuple(money.values()))


async def _assert_explained(name: str, order: msgspec.Struct, before: Book) -> None:
    """One entry with the verb's name, and its id on every event that came with it."""
    (entry,) = await db.rows(
        "SELECT id, verb, customer_id, body FROM audit_entry WHERE id > $1", before.audit_id
    )
    assert entry["verb"] == name
    assert entry["customer_id"] == getattr(order, "customer_id", None)
    assert msgspec.json.decode(entry["body"])["order"] == msgspec.to_builtins(order)
    events = await db.rows(
        "SELECT audit_id FROM loan_event WHERE id > $1"
        " UNION ALL SELECT audit_id FROM case_event WHERE id > $2",
        before.loan_event_id, before.case_event_id,
    )  # fmt: skip
    assert {row["audit_id"] for row in events} <= {entry["id"]}


async def every_row() -> dict[str, str]:
    """A digest of each table: whatever is written shows, but for sequences that went on."""
    found = await db.rows(
        "SELECT tablename, suite.digest(tablename::text) AS digest FROM pg_tables"
        " WHERE schemaname = 'public' ORDER BY tablename"
    )
    assert len(found) > 30
    return {row["tablename"]: row["digest"] for row in found}
