import pytest

from app import database
from app.actor import Actor
from app.errors import AfterloanError, Forbidden, NotFound
from app.identity import queries
from app.identity.actions import (
    admit_user,
    bar_user,
    end_session,
    issue_token,
    open_session,
    prefer,
    revoke_token,
    seed_staff,
)
from app.identity.errors import (
    AccountClosed,
    ClientNameInvalid,
    PreferenceUnknown,
    ScopeMissing,
    ScopeUnknown,
    TokenLifetimeInvalid,
    TokenRevoked,
    TokenUnknown,
)
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
from app.identity.provider.people import EVERYBODY
from app.identity.session import token_hash
from app.permission import Role
from app.text import TextNotKept, TextTooLong
from tests.app.identity.people import session_of, somebody

pytestmark = pytest.mark.usefixtures("database")

SYSTEM = Actor.system("test")


async def count(table: str) -> int:
    return int(await database.value(f"SELECT count(*) FROM {table}"))


async def test_one_ends_ones_own_session_and_nobody_elses() -> None:
    he, xu = await somebody(Role.collector), await somebody(Role.lead, subject="xu.jing")
    id_hash = token_hash(await session_of(he))
    with pytest.raises(NotFound):
        await end_session(xu, EndSession(id_hash=id_hash))
    assert await queries.live_session(id_hash) is not None
    await end_session(he, EndSession(id_hash=id_hash))
    assert await queries.live_session(id_hash) is None
    with pytest.raises(NotFound):
        await end_session(he, EndSession(id_hash=id_hash))


async def test_nobody_opens_a_session_for_somebody_else() -> None:
    he, xu = await somebody(Role.collector), await somebody(Role.lead, subject="xu.jing")
    order = OpenSession(user_id=xu.id, roles=[])
    assert isinstance(await open_session.may(he, order), Forbidden)
    with pytest.raises(Forbidden):
        await open_session(he, order)
    assert await count("session") == 0


async def test_barring_ends_all_sessions_and_admitting_lets_in_again() -> None:
    admin = await somebody(Role.administrator, subject="zhou.kai")
    he = await somebody(Role.collector)
    words = [await session_of(he), await session_of(he)]
    assert (await bar_user(admin, BarUser(user_id=he.id))).result.count == 2
    for word in words:
        assert await queries.live_session(token_hash(word)) is None
    with pytest.raises(AccountClosed):
        await session_of(he)
    await admit_user(admin, AdmitUser(user_id=he.id))
    assert await queries.live_session(token_hash(words[0])) is None, "ended is ended"
    assert await queries.live_session(token_hash(await session_of(he))) is not None


async def test_an_administrator_does_not_lock_himself_out() -> None:
    admin = await somebody(Role.administrator)
    with pytest.raises(Forbidden):
        await bar_user(admin, BarUser(user_id=admin.id))
    assert await database.value("SELECT barred_at FROM user_account") is None


async def test_one_chooses_for_oneself() -> None:
    he, xu = await somebody(Role.collector), await somebody(Role.lead, subject="xu.jing")
    await prefer(he, Prefer(field="theme", choice="dark"))
    await prefer(he, Prefer(field="language", choice="zh-CN"))
    rows = await database.rows("SELECT id, theme, language FROM user_account ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [(he.id, "dark", "zh-CN"), (xu.id, "auto", "")]


@pytest.mark.parametrize(("field", "choice"), [("theme", "pink"), ("name", "boss"), ("", "")])
async def test_and_only_among_the_choices(field: str, choice: str) -> None:
    he = await somebody(Role.collector)
    with pytest.raises(PreferenceUnknown):
        await prefer(he, Prefer(field=field, choice=choice))
    assert await database.value("SELECT name FROM user_account") == "何薇"


async def test_a_token_is_kept_as_its_hash_and_told_once() -> None:
    admin = await somebody(Role.administrator)
    order = IssueToken(client=" core banking ", scopes=["payments:write", "loans:read"], days=30)
    issued = (await issue_token(admin, order)).result
    stored = await queries.stored_token(issued.id)
    assert stored is not None
    assert (stored.client, stored.created_by) == ("core banking", "何薇")
    assert stored.scopes == {"loans:read", "payments:write"}
    assert (stored.expires_at - stored.created_at).days == 30
    everything = str(await database.rows("SELECT * FROM service_token")) + str(
        await database.rows("SELECT * FROM audit_entry")
    )
    assert issued.token not in everything
    assert issued.token.split("_")[2] not in everything


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        (IssueToken(client="", scopes=["loans:read"]), ClientNameInvalid),
        (IssueToken(client="x" * 121, scopes=["loans:read"]), TextTooLong),
        (IssueToken(client="a\nb", scopes=["loans:read"]), TextNotKept),
        (IssueToken(client="core", scopes=[]), ScopeMissing),
        (IssueToken(client="core", scopes=["loans:eat"]), ScopeUnknown),
        (IssueToken(client="core", scopes=["loans:read"], days=0), TokenLifetimeInvalid),
        (IssueToken(client="core", scopes=["loans:read"], days=367), TokenLifetimeInvalid),
    ],
)
async def test_a_mistaken_token_is_not_issued(
    order: IssueToken, refusal: type[AfterloanError]
) -> None:
    assert isinstance(await issue_token.may(SYSTEM, order), refusal)
    with pytest.raises(refusal):
        await issue_token(SYSTEM, order)
    assert await count("service_token") == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.administrator])
async def test_only_the_administrator_issues_tokens(role: Role) -> None:
    with pytest.raises(Forbidden):
        await issue_token(await somebody(role), IssueToken(client="x", scopes=["loans:read"]))
    assert await count("service_token") == 0


async def test_a_token_is_revoked_once() -> None:
    issued = await issue_token(SYSTEM, IssueToken(client="core", scopes=["loans:read"]))
    order = RevokeToken(token_id=issued.result.id)
    assert (await revoke_token(SYSTEM, order)).result.client == "core"
    with pytest.raises(TokenRevoked):
        await revoke_token(SYSTEM, order)
    with pytest.raises(TokenUnknown):
        await revoke_token(SYSTEM, RevokeToken(token_id=issued.result.id + 1))


async def test_the_staff_is_there_once_in_its_teams_and_moves_with_the_address() -> None:
    first = await seed_staff(SYSTEM, SeedStaff(issuer="http://127.0.0.1:8000/dev/idp"))
    assert first.result.people == len(EVERYBODY)
    before = await database.rows("SELECT id, subject FROM user_account ORDER BY id")
    again = await seed_staff(SYSTEM, SeedStaff(issuer="http://127.0.0.1:8001/dev/idp"))
    assert again.result.people == 0
    assert await database.rows("SELECT id, subject FROM user_account ORDER BY id") == before
    assert await database.value("SELECT DISTINCT issuer FROM user_account") == (
        "http://127.0.0.1:8001/dev/idp"
    )
    he = await queries.user_by_identity("http://127.0.0.1:8001/dev/idp", "he.wei")
    team = await queries.team_by_code("east-1")
    assert he is not None
    assert team is not None
    assert (he["team_id"], he["branch_id"]) == (team["id"], team["branch_id"])
