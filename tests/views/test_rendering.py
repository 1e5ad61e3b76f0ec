import re
from typing import Any

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request
from starlette.responses import Response

from app.i18n import speaking
from app.identity.session import SignedIn
from app.permission import Role
from tests.views.client import PART, browsing, someone
from views import rendering
from views.page import public_page
from views.rendering import draw, environment, initials, is_fragment, polyline, render, tone

WORDS: dict[str, Any] = {"title": "T", "text": "", "mend": "", "status": 404, "request_id": ""}


async def sample(request: Request) -> Response:
    return render(request, "error/page.html", headers={"X-Kept": "yes"}, **WORDS)


async def shape(request: Request) -> Response:
    return Response("part" if is_fragment(request) else "page")


ROUTES = [public_page("/loan", sample), public_page("/shape", shape)]


def asked(**state: Any) -> Request:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    return Request({**scope, "state": state, "app": type("App", (), {"routes": []})})


async def test_a_page_is_kept_by_no_cache_and_varies_by_what_was_asked_for() -> None:
    async with browsing(ROUTES, actor=someone(Role.collector)) as client:
        answer = await client.get("/loan")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "HX-Request, HX-Request-Type"
    assert answer.headers["x-kept"] == "yes"


@pytest.mark.parametrize(
    ("headers", "shape"),
    [
        ({}, "page"),
        ({"HX-Request": "true"}, "page"),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, "page"),
        (PART, "part"),
        ({**PART, "HX-History-Restore-Request": "true"}, "page"),
    ],
)
async def test_back_and_forward_get_the_whole_page(headers: dict[str, str], shape: str) -> None:
    async with browsing(ROUTES) as client:
        assert (await client.get("/shape", headers=headers)).text == shape


@pytest.mark.parametrize(
    ("accept", "html_lang", "product"),
    [("zh-CN,zh", "zh-Hans", "贷后"), ("en-GB", "en", "Afterloan")],
)
async def test_the_browser_is_answered_in_its_language(
    accept: str, html_lang: str, product: str
) -> None:
    async with browsing(ROUTES, language=accept) as client:
        text = (await client.get("/loan")).text
    assert f'<html lang="{html_lang}" data-theme="auto" data-density="cosy">' in text
    assert f"<title>T · {product}</title>" in text


async def test_the_cookie_wins_over_the_browser() -> None:
    async with browsing(ROUTES, language="en") as client:
        cookies = {"language": "zh-CN", "theme": "dark", "density": "touch"}
        client.cookies.update(cookies)
        text = (await client.get("/loan")).text
    assert '<html lang="zh-Hans" data-theme="dark" data-density="touch">' in text


async def test_a_persons_own_choice_wins_over_the_cookie() -> None:
    session = type("Session", (), {"language": "en", "theme": "light", "density": "compact"})
    async with browsing(ROUTES, session=session) as client:
        client.cookies.update({"language": "zh-CN", "theme": "dark", "density": "touch"})
        text = (await client.get("/loan")).text
    assert '<html lang="en" data-theme="light" data-density="compact">' in text
    assert {"language", "theme", "density"} <= set(SignedIn.__struct_fields__)


async def test_a_forged_choice_is_ignored() -> None:
    async with browsing(ROUTES, language="en") as client:
        client.cookies.update({"language": "xx", "theme": '"><script>', "density": "huge"})
        text = (await client.get("/loan")).text
    assert '<html lang="en" data-theme="auto" data-density="cosy">' in text
    assert "<script>" not in text


async def test_the_shell_names_who_is_signed_in_and_lets_him_out() -> None:
    actor = someone(Role.lead, name='<b>"林"')
    async with browsing(ROUTES, actor=actor, csrf_token="word") as client:
        text = (await client.get("/loan")).text
    assert "&lt;b&gt;&#34;林&#34;" in text
    assert '<b>"林"' not in text
    form = re.search(r'<form method="post" action="/signout">.*?</form>', text, re.DOTALL)
    assert form is not None
    assert 'name="csrf_token" value="word"' in form[0]
    assert '<meta name="csrf-token" content="word">' in text


async def test_a_stranger_gets_neither_search_nor_account() -> None:
    async with browsing(ROUTES) as client:
        text = (await client.get("/loan")).text
    assert 'id="palette"' not in text
    assert 'action="/signout"' not in text


def test_a_template_that_misses_something_is_a_fault_and_not_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        draw(asked(), "error/_words.html")


def test_what_is_filled_into_a_text_is_escaped() -> None:
    with speaking("en"):
        text = environment.from_string('{{ _("Show in full: {what}", what=name) }}').render(
            name="<i>"
        )
        many = environment.from_string('{{ ngettext("{n} row", "{n} rows", 2) }}').render()
    assert text == "Show in full: &lt;i&gt;"
    assert many == "2 rows"


def test_an_icon_points_into_the_sprite() -> None:
    text = str(rendering.icon("check", "spin"))
    assert re.fullmatch(
        r'<svg class="icon spin" aria-hidden="true">'
        r'<use href="/static/vendor/icons\.svg(\?v=[0-9a-f]{12})?#check"/></svg>',
        text,
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("林雨桐", "林"),
        ("Tom Becker", "TB"),
        ("Mei Lin Ong", "MO"),
        ("anna", "A"),
        ("42", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_person_keeps_his_colour() -> None:
    assert {tone(name) for name in ("林晨", "何薇", "Tom", "Anna", "周凯", "孙悦")} == {1, 2, 3, 4}
    assert tone("林晨") == tone("林晨")


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, 0), (-3, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (91, 4), (900, 4)],
)
def test_buckets_have_five_colours(days: int, bucket: int) -> None:
    assert rendering.bucket(days) == bucket


def test_a_small_curve_stays_in_its_box() -> None:
    assert polyline([1, 3, 2]) == "2.0,23.0 42.0,3.0 82.0,13.0"
    assert polyline([5, 5]) == "2.0,23.0 82.0,23.0"
    assert polyline([5]) == ""
