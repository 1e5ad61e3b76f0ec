"""People, their sessions, and the tokens of programs."""

from collections.abc import Callable

import msgspec

from app.actor import ActorKind
from app.identity.actions import bar_user, issue_token, revoke_token
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
from tests.app.identity.people import session_of
from tests.scenario.scene import SYSTEM, Say, Scene


async def of_ones_own(scene: Scene) -> msgspec.Struct:
    """A program has no session; somebody else's stands there instead."""
    owner = scene.actor if scene.actor.kind is ActorKind.user else scene.other
    return EndSession(id_hash=token_hash(await session_of(owner)))


async def of_somebody_else(scene: Scene) -> msgspec.Struct:
    return EndSession(id_hash=token_hash(await session_of(scene.other)))


async def opened_while_barred(scene: Scene) -> msgspec.Struct:
    await bar_user(SYSTEM, BarUser(user_id=scene.owner_id))
    return OpenSession(user_id=scene.owner_id, roles=[])


async def of_a_token(scene: Scene) -> msgspec.Struct:
    issued = await issue_token(SYSTEM, IssueToken(client="core", scopes=["loans:read"]))
    return RevokeToken(token_id=issued.result.id)


async def of_a_revoked_token(scene: Scene) -> msgspec.Struct:
    order = await of_a_token(scene)
    assert isinstance(order, RevokeToken)
    await revoke_token(SYSTEM, order)
    return order


def _plain(name: str, make: Callable[[Scene], msgspec.Struct]) -> Say:
    async def say(scene: Scene) -> msgspec.Struct:
        return make(scene)

    say.__name__ = name
    return say


SCENARIOS: dict[str, list[Say]] = {
    "session.open": [
        _plain("by_oneself", lambda s: OpenSession(user_id=s.actor.id, roles=[])),
        _plain("by_another", lambda s: OpenSession(user_id=s.other.id, roles=[])),
        _plain("by_nobody", lambda s: OpenSession(user_id=0, roles=[])),
        opened_while_barred,
    ],
    "session.end": [of_ones_own, of_somebody_else],
    "user.bar": [
        _plain("oneself", lambda s: BarUser(user_id=s.actor.id)),
        _plain("another", lambda s: BarUser(user_id=s.other.id)),
        _plain("nobody", lambda s: BarUser(user_id=0)),
    ],
    "user.admit": [_plain("another", lambda s: AdmitUser(user_id=s.other.id))],
    "user.prefer": [
        _plain("dark", lambda s: Prefer(field="theme", choice="dark")),
        _plain("pink", lambda s: Prefer(field="theme", choice="pink")),
        _plain("no_such_field", lambda s: Prefer(field="roles", choice="[]")),
    ],
    "token.issue": [
        _plain("for_a_client", lambda s: IssueToken(client="core", scopes=["loans:read"])),
        _plain("for_nobody", lambda s: IssueToken(client="", scopes=["loans:read"])),
        _plain("without_scopes", lambda s: IssueToken(client="core", scopes=[])),
        _plain("for_ever", lambda s: IssueToken(client="core", scopes=["loans:read"], days=9999)),
    ],
    "token.revoke": [
        of_a_token,
        of_a_revoked_token,
        _plain("no_such_token", lambda s: RevokeToken(token_id=1)),
    ],
    "staff.seed": [_plain("anew", lambda s: SeedStaff(issuer="http://x/dev/idp"))],
}
