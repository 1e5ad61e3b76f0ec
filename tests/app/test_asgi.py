"""Every address of the product says who may call it, and does what it says."""

import re

import pytest

from app.asgi import routes
from app.permission import Permission
from tests.views.client import browsing
from views.page import Listed, listed

pytestmark = pytest.mark.usefixtures("database")

PUBLIC = {"public", "public, from this machine"}
# Asked for in the request itself, not by a session.
ASKING = {
    "token",
    "token scopes",
    "token, from this machine",
    "client secret, from this machine",
}
EVERY = sorted(listed(routes()), key=lambda one: (one.path, one.methods))
CALLS = [(one, method) for one in EVERY for method in one.methods]


def test_every_address_says_its_methods_and_who_may_call_it() -> None:
    assert len(EVERY) >= 55
    known = {permission.value for permission in Permission} | PUBLIC | ASKING | {"signed-in"}
    unknown = {one.path: one.access for one in EVERY if one.access not in known}
    assert unknown == {}
    assert [one.path for one in EVERY if not one.methods] == []


def test_each_call_is_answered_by_one_address() -> None:
    called = [(one.path, method) for one, method in CALLS]
    assert len(called) == len(set(called))


@pytest.mark.parametrize(
    ("one", "method"), CALLS, ids=[f"{method} {one.path}" for one, method in CALLS]
)
async def test_a_stranger_meets_what_the_list_says(one: Listed, method: str) -> None:
    path = re.sub(r"\{\w+(?::\w+)?\}", "1", one.path)
    async with browsing(routes()) as client:
        answer = await client.request(method, path)
    to_signin = answer.headers.get("location", "").partition("?")[0] == "/signin"
    is_sent_away = answer.status_code in {400, 401} if one.access in ASKING else to_signin
    assert is_sent_away == (one.access not in PUBLIC), answer.status_code
