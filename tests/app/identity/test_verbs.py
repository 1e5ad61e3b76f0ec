"""For every verb of identity and every role: what `may` answers is what the verb then does."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from app import database
from app.actor import Actor
from app.errors import AfterloanError
from app.identity.order import (
    AdmitUser,
    BarUser,
    EndSession,
    IssueToken,
    OpenSession,
    Prefer,
    RevokeToken,
    SeedStaff,
)
from app.identity.session import token_hash
from app.permission import Role
from app.verb import VERBS
from tests.app.identity.people import session_of, somebody

pytestmark = pytest.mark.usefixtures("database")

Say = Callable[[Actor, Actor], Awaitable[msgspec.Struct]]


async def own_session(actor: Actor, other: Actor) -> msgspec.Struct:
    return EndSession(id_hash=token_hash(await session_of(actor)))


async def foreign_session(actor: Actor, other: Actor) -> msgspec.Struct:
    return EndSession(id_hash=token_hash(await session_of(other)))


async def a_token(actor: Actor, other: Actor) -> msgspec.Struct:
    issued = await VERBS["token.issue"](
        Actor.system("test"), IssueToken(client="core", scopes=["loans:read"])
    )
    return RevokeToken(token_id=issued.result.id)


def plain(make: Callable[[Actor, Actor], msgspec.Struct]) -> Say:
    async def say(actor: Actor, other: Actor) -> msgspec.Struct:
        return make(actor, other)

    return say


ORDERS: dict[str, list[Say]] = {
    "session.open": [
        plain(lambda actor, other: OpenSession(user_id=actor.id, roles=[])),
        plain(lambda actor, other: OpenSession(user_id=other.id, roles=[])),
        plain(lambda actor, other: OpenSession(user_id=0, roles=[])),
    ],
    "session.end": [own_session, foreign_session],
    "user.bar": [
        plain(lambda actor, other: BarUser(user_id=actor.id)),
        plain(lambda actor, other: BarUser(user_id=other.id)),
        plain(lambda actor, other: BarUser(user_id=0)),
    ],
    "user.admit": [plain(lambda actor, other: AdmitUser(user_id=other.id))],
    "user.prefer": [
        plain(lambda actor, other: Prefer(field="theme", choice="dark")),
        plain(lambda actor, other: Prefer(field="theme", choice="pink")),
    ],
    "token.issue": [
        plain(lambda actor, other: IssueToken(client="core", scopes=["loans:read"])),
        plain(lambda actor, other: IssueToken(client="", scopes=["loans:read"])),
    ],
    "token.revoke": [a_token, plain(lambda actor, other: RevokeToken(token_id=1))],
    "staff.seed": [plain(lambda actor, other: SeedStaff(issuer="http://x/dev/idp"))],
}


def test_no_verb_is_left_out() -> None:
    ours = {name for name, verb in VERBS.items() if verb.body.__module__ == "app.identity.actions"}
    assert ours == set(ORDERS)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize(
    ("name", "say"), [(name, say) for name, orders in ORDERS.items() for say in orders]
)
async def test_the_answer_is_what_happens(name: str, say: Say, role: Role | None) -> None:
    actor = await somebody(*([role] if role else []))
    order = await say(actor, await somebody(Role.collector, subject="other"))
    before = await everything()
    foreseen = await VERBS[name].may(actor, order)
    assert await everything() == before
    met: AfterloanError | None = None
    try:
        await VERBS[name](actor, order)
    except AfterloanError as refusal:
        met = refusal
    assert type(met) is type(foreseen)
    assert (await everything() == before) is (met is not None)


async def everything() -> list[Any]:
    tables = ("user_account", "session", "service_token", "audit_entry", "team", "branch")
    return [await database.rows(f"SELECT * FROM {table}") for table in tables]
