from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app import clock, database
from app.actor import Actor, ActorKind
from app.errors import Unavailable
from app.identity.actions import bar_user, issue_token, revoke_token
from app.identity.configured import configured_issuer
from app.identity.errors import ProviderMisconfigured, TokenRefused
from app.identity.issuer import Issuer
from app.identity.order import BarUser, IssueToken, RevokeToken
from app.identity.service_token import new_service_token
from app.identity.token import authenticate_bearer
from app.permission import Permission, Role, RowScope
from tests.app.identity.people import somebody
from tests.app.identity.rogue import CLIENT_ID, CLIENT_SECRET, ISSUER, Rogue, rsa_key

pytestmark = pytest.mark.usefixtures("database")

SYSTEM = Actor.system("test")
AUDIENCE = "http://127.0.0.1:8000"


@pytest.fixture
def rogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rogue]:
    rogue = Rogue()
    issuer = Issuer(
        ISSUER,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        transport=httpx2.ASGITransport(rogue.application()),
    )
    monkeypatch.setattr("app.identity.token.configured_issuer", lambda: issuer)
    yield rogue
    configured_issuer.cache_clear()


async def issued(*scopes: str, days: int = 90) -> tuple[int, str]:
    order = IssueToken(client="core banking", scopes=list(scopes), days=days)
    result = (await issue_token(SYSTEM, order)).result
    return result.id, result.token


async def test_a_service_token_speaks_for_its_client_with_its_scopes() -> None:
    id, token = await issued("loans:read", "payments:write")
    actor = await authenticate_bearer(token)
    assert (actor.kind, actor.id, actor.name) == (ActorKind.client, id, "core banking")
    assert actor.scopes == {"loans:read", "payments:write"}
    assert actor.permissions == {
        Permission.LOAN_READ,
        Permission.PAYMENT_POST,
        Permission.PAYMENT_REVERSE,
    }
    assert actor.row_scope is RowScope.all


async def test_it_ends_at_its_time() -> None:
    _, token = await issued("loans:read", days=1)
    with clock.frozen_at(clock.now() + timedelta(days=1)), pytest.raises(TokenRefused):
        await authenticate_bearer(token)


async def test_it_ends_at_once_when_revoked() -> None:
    id, token = await issued("loans:read")
    await authenticate_bearer(token)
    await revoke_token(SYSTEM, RevokeToken(token_id=id))
    with pytest.raises(TokenRefused):
        await authenticate_bearer(token)


async def test_a_token_of_our_making_that_was_never_issued_is_refused() -> None:
    id, _ = await issued("loans:read")
    for forged in (new_service_token(id), new_service_token(id + 1)):
        with pytest.raises(TokenRefused):
            await authenticate_bearer(forged)


@pytest.mark.parametrize(
    "junk", ["", " ", "x", "afl_1", "a.b", "令牌", "x" * 10_000, "..", "\0.\0.\0"]
)
async def test_junk_is_refused(junk: str, rogue: Rogue) -> None:
    with pytest.raises(TokenRefused):
        await authenticate_bearer(junk)


async def test_its_use_is_noted_once_a_minute() -> None:
    began = clock.now()
    _, token = await issued("loans:read")
    used = []
    for seconds in (0, 30, 61):
        with clock.frozen_at(began + timedelta(seconds=seconds)):
            await authenticate_bearer(token)
        at = await database.value("SELECT used_at FROM service_token")
        used.append(round((at - began).total_seconds()))
    assert used == [0, 0, 61]


async def test_a_database_that_is_away_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = await issued("loans:read")

    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("app.identity.queries.stored_token", away)
    with pytest.raises(Unavailable):
        await authenticate_bearer(token)


def access_token(rogue: Rogue, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    now = int(clock.now().timestamp())
    whole = {
        "iss": ISSUER,
        "sub": "core",
        "client_id": "core",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        "jti": "1",
        "scope": "openid loans:read",
    } | claims
    whole = {name: value for name, value in whole.items() if value is not None}
    return rogue._signed(whole, **({"typ": "at+jwt"} | (header or {})))


async def test_an_access_token_of_the_issuer_speaks_for_its_client(rogue: Rogue) -> None:
    actor = await authenticate_bearer(access_token(rogue))
    assert (actor.kind, actor.id, actor.name) == (ActorKind.client, 0, "core")
    assert actor.permissions == {Permission.LOAN_READ}


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [AUDIENCE, "https://other.example"]},
        {"aud": AUDIENCE, "nbf": 1},
    ],
)
async def test_what_the_standard_allows_is_taken(claims: dict[str, Any], rogue: Rogue) -> None:
    assert (await authenticate_bearer(access_token(rogue, **claims))).name == "core"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"}, {"iss": None},
        {"aud": "https://other.example"}, {"aud": None}, {"aud": []}, {"aud": CLIENT_ID},
        {"exp": 1}, {"exp": None}, {"exp": "9999999999"}, {"exp": float("nan")}, {"exp": True},
        {"iat": 9_999_999_999}, {"iat": None}, {"nbf": 9_999_999_999}, {"nbf": "1"},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"client_id": None}, {"client_id": " "},
        {"client_id": "x" * 200, "sub": "x" * 200}, {"jti": None},
        {"sub": "somebody who never signed in here"},
    ],
)  # fmt: skip
async def test_every_other_access_token_is_refused(claims: dict[str, Any], rogue: Rogue) -> None:
    with pytest.raises(TokenRefused):
        await authenticate_bearer(access_token(rogue, **claims))


async def test_an_id_token_is_no_access_token(rogue: Rogue) -> None:
    for kind in ("JWT", None, "id+jwt"):
        with pytest.raises(TokenRefused):
            await authenticate_bearer(access_token(rogue, header={"typ": kind}))
    with pytest.raises(TokenRefused):
        await authenticate_bearer(rogue.id_token("nonce"))


async def test_a_signature_of_somebody_else_is_refused(rogue: Rogue) -> None:
    rogue.signing = rsa_key("second")
    with pytest.raises(TokenRefused):
        await authenticate_bearer(access_token(rogue))


async def test_a_program_acts_for_a_person_within_both_their_rights(rogue: Rogue) -> None:
    he = await somebody(Role.collector)
    await database.execute("UPDATE user_account SET issuer = $1", ISSUER)
    token = access_token(rogue, sub="he.wei", scope="loans:read payments:write cases:write")
    actor = await authenticate_bearer(token)
    assert (actor.kind, actor.id, actor.row_scope) == (ActorKind.user, he.id, RowScope.team)
    assert actor.permissions == {Permission.LOAN_READ, Permission.CASE_MOVE}
    await bar_user(SYSTEM, BarUser(user_id=he.id))
    with pytest.raises(TokenRefused):
        await authenticate_bearer(token)


async def test_without_an_issuer_only_our_own_tokens_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none() -> Issuer:
        raise ProviderMisconfigured(reason="AFTERLOAN_OIDC_ISSUER")

    monkeypatch.setattr("app.identity.token.configured_issuer", none)
    with pytest.raises(TokenRefused):
        await authenticate_bearer("a.b.c")


async def test_at_most_one_question_to_the_database(rogue: Rogue) -> None:
    _, token = await issued("loans:read")
    await authenticate_bearer(token)
    asked: list[str] = []
    database.listen_to_statements(asked.append)
    try:
        await database.close_database()
        await database.init_database()
        await authenticate_bearer(token)
        await authenticate_bearer(access_token(rogue))
    finally:
        database._listeners.remove(asked.append)
    questions = [sql for sql in asked if "service_token" in sql or "user_account" in sql]
    assert len(questions) == 1
