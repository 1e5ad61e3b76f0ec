import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from app.permission import Permission, Role
from app.web.stated import stated
from tests.views.client import PART, application, browsing, someone
from views.navigation import SECTIONS, may_open, navigation
from views.page import Listed, listed, page, public_page

pytestmark = pytest.mark.usefixtures("database")


async def words(_request: Request) -> Response:
    return PlainTextResponse("opened")


class Answering:
    """An application of its own: it refuses methods itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("answered")(scope, receive, send)


ROUTES = [
    page("/collection/board", words, permission=Permission.CASE_READ, name="board"),
    page("/report", words, permission=Permission.REPORT_READ, methods=("GET", "POST")),
    page("/own", words, permission=None),
    public_page("/open", words),
]


async def test_without_signing_in_only_public_pages_open() -> None:
    async with browsing(ROUTES) as client:
        answers = {path: await client.get(path) for path in ("/open", "/own", "/report")}
    assert answers["/open"].text == "opened"
    assert answers["/own"].status_code == 303
    assert answers["/own"].headers["location"] == "/signin?next=/own"
    assert answers["/report"].headers["location"] == "/signin?next=/report"


async def test_a_page_opens_to_those_who_hold_its_permission() -> None:
    async with browsing(ROUTES, actor=someone(Role.collector)) as client:
        assert (await client.get("/collection/board")).text == "opened"
        assert (await client.get("/own")).text == "opened"
        refused = await client.get("/report")
    assert refused.status_code == 403
    assert "Ask your administrator for the permission “report.read”." in refused.text
    assert "opened" not in refused.text


async def test_somebody_without_a_role_opens_only_what_is_for_all() -> None:
    async with browsing(ROUTES, actor=someone()) as client:
        assert (await client.get("/own")).status_code == 200
        assert (await client.get("/collection/board")).status_code == 403


async def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_to_signing_in() -> None:
    async with browsing(ROUTES) as client:
        answer = await client.get("/own", headers=PART)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/signin?next=/loan%3Fx%3D1"
    assert answer.text == ""


def test_every_address_is_listed_with_who_may_open_it() -> None:
    routes = [*ROUTES, Mount("/inner", routes=[page("/deep", words, permission=None)])]
    routes += [
        stated("/own-words", Answering(), access="token", answered=("POST", "GET"), name="api"),
        Route("/unstated", words, methods=["POST"]),
    ]
    assert list(listed(routes)) == [
        Listed("/collection/board", ("GET",), "case.read", "board"),
        Listed("/report", ("GET", "POST"), "report.read", "tests.views.test_page.words"),
        Listed("/own", ("GET",), "signed-in", "tests.views.test_page.words"),
        Listed("/open", ("GET",), "public", "tests.views.test_page.words"),
        Listed("/inner/deep", ("GET",), "signed-in", "tests.views.test_page.words"),
        Listed("/own-words", ("GET", "POST"), "token", "api"),
        Listed("/unstated", ("POST",), "", "words"),
    ]


def asked(path: str, *roles: Role) -> Request:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    app = application(ROUTES)
    return Request({**scope, "app": app, "state": {"actor": someone(*roles)}})


def test_the_side_bar_shows_what_one_may_open_and_where_one_is() -> None:
    shown = navigation(asked("/collection/board/todo", Role.collector))
    assert [[link.path for link in group.links] for group in shown.groups] == [
        ["/collection/board"]
    ]
    assert [link.current for group in shown.groups for link in group.links] == [True]


def test_the_side_bar_leads_nowhere_that_does_not_exist() -> None:
    shown = navigation(asked("/", *Role))
    paths = [link.path for group in shown.groups for link in group.links]
    assert paths == ["/collection/board", "/report"]


def test_each_item_of_the_side_bar_is_a_page_of_the_application() -> None:
    from app.asgi import routes

    known = {one.path for one in listed(routes()) if "GET" in one.methods}
    missing = [
        item.path for section in SECTIONS for item in section.items if item.path not in known
    ]
    assert not missing


def test_whether_one_may_open_a_page_is_asked_of_the_page() -> None:
    assert may_open(asked("/", Role.management), "/report")
    assert not may_open(asked("/", Role.service), "/report")
    assert not may_open(asked("/", *Role), "/elsewhere")
