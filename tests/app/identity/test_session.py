from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag

from app import clock, database
from app.actor import ActorKind
from app.identity.actions import see
from app.identity.queries import live_session
from app.identity.session import (
    browser_cookie,
    is_choice,
    open_id_token,
    person,
    seal_id_token,
    session_cookie,
    token_hash,
)
from app.permission import ROLE_PERMISSIONS, Permission, Role, RowScope
from app.settings import Settings
from tests.app.identity.people import session_of, somebody


@pytest.mark.parametrize(
    ("url", "session", "browser"),
    [
        ("https://loans.example", "__Host-afterloan-session", "__Host-afterloan-browser"),
        ("http://127.0.0.1:8000", "afterloan-8000-session", "afterloan-8000-browser"),
        ("http://127.0.0.1:8001/", "afterloan-8001-session", "afterloan-8001-browser"),
        ("http://loans.internal", "afterloan-80-session", "afterloan-80-browser"),
    ],
)
def test_two_demos_on_one_machine_have_cookies_of_their_own(
    url: str, session: str, browser: str
) -> None:
    settings = Settings(public_url=url)
    assert (session_cookie(settings), browser_cookie(settings)) == (session, browser)


def test_a_person_without_a_role_may_only_leave_again() -> None:
    nobody = person(id=7, name="x", roles=frozenset())
    assert nobody.permissions == {Permission.SESSION_OWN}
    assert (nobody.kind, nobody.row_scope) == (ActorKind.user, RowScope.own)


def test_the_right_to_ones_own_sessions_comes_with_no_role() -> None:
    assert all(Permission.SESSION_OWN not in held for held in ROLE_PERMISSIONS.values())


def test_choices_are_few() -> None:
    assert is_choice("theme", "dark")
    assert is_choice("language", "")
    assert not is_choice("theme", "pink")
    assert not is_choice("name", "x")


def test_a_sealed_id_token_opens_in_its_own_row_only() -> None:
    one, other = token_hash("one"), token_hash("other")
    sealed = seal_id_token("eyJ.eyJ.x", one)
    assert open_id_token(sealed, one) == "eyJ.eyJ.x"
    with pytest.raises(InvalidTag):
        open_id_token(sealed, other)


@pytest.mark.usefixtures("database")
async def test_a_session_says_whose_it_is() -> None:
    actor = await somebody(Role.collector, Role.lead)
    live = await live_session(token_hash(await session_of(actor)))
    assert live is not None
    assert live.actor == actor
    assert (live.theme, live.density) == ("auto", "cosy")
    assert await live_session(token_hash("guessed")) is None


@pytest.mark.usefixtures("database")
async def test_it_falls_asleep_when_left_alone_and_ends_at_last() -> None:
    began = clock.now()
    id_hash = token_hash(await session_of(await somebody(Role.collector)))
    with clock.frozen_at(began + timedelta(hours=1, minutes=59)):
        live = await live_session(id_hash)
        assert live is not None
        await see(live)
    with clock.frozen_at(began + timedelta(hours=3, minutes=58)):
        assert await live_session(id_hash) is not None, "it was seen in between"
    with clock.frozen_at(began + timedelta(hours=4)):
        assert await live_session(id_hash) is None
    await database.execute("UPDATE session SET seen_at = $1", began + timedelta(hours=12))
    with clock.frozen_at(began + timedelta(hours=12, seconds=1)):
        assert await live_session(id_hash) is None, "however busy, twelve hours are enough"


@pytest.mark.usefixtures("database")
async def test_seeing_a_session_writes_once_a_minute() -> None:
    began = clock.now()
    id_hash = token_hash(await session_of(await somebody(Role.collector)))
    written = []
    for seconds in (1, 59, 61, 90, 125):
        with clock.frozen_at(began + timedelta(seconds=seconds)):
            live = await live_session(id_hash)
            assert live is not None
            await see(live)
        seen = await database.value("SELECT seen_at FROM session")
        written.append(round((seen - began).total_seconds()))
    assert written == [0, 0, 61, 61, 125]
