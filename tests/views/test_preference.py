import pytest

from app import database
from app.actor import Actor
from app.identity.session import person
from app.permission import Role
from tests.views.client import browsing
from views import preference, setting

pytestmark = pytest.mark.usefixtures("database")

ROUTES = [*preference.routes, *setting.routes]


async def known_person() -> Actor:
    id = await database.value(
        "INSERT INTO user_account (issuer, subject, name, email, roles, language, theme, density,"
        " created_at) VALUES ('i', 's', '林晨', '', '[]', '', 'auto', 'cosy', now()) RETURNING id"
    )
    return person(id=id, name="林晨", roles=frozenset({Role.lead}))


async def kept(actor: Actor) -> dict[str, str]:
    found = await database.row(
        "SELECT language, theme, density FROM user_account WHERE id = $1", actor.id
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("field", "choice"), [("language", "zh-CN"), ("theme", "contrast"), ("density", "touch")]
)
async def test_a_choice_is_kept_with_the_person_and_in_the_cookie(field: str, choice: str) -> None:
    actor = await known_person()
    async with browsing(ROUTES, actor=actor) as client:
        answer = await client.post("/preference", data={field: choice, "next": "/report?page=2"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/report?page=2"
    assert answer.cookies[field] == choice
    assert (await kept(actor))[field] == choice


async def test_a_stranger_keeps_it_in_a_cookie_only_he_can_read() -> None:
    async with browsing(ROUTES) as client:
        answer = await client.post("/preference", data={"theme": "dark", "next": "/signin"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("theme=dark;")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize(
    "form", [{"theme": "pink"}, {"language": "fr"}, {"role": "administrator"}, {}]
)
async def test_what_is_no_choice_is_refused_and_changes_nothing(form: dict[str, str]) -> None:
    actor = await known_person()
    async with browsing(ROUTES, actor=actor) as client:
        answer = await client.post("/preference", data=form)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert await kept(actor) == {"language": "", "theme": "auto", "density": "cosy"}


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil", ""])
async def test_one_is_led_back_to_a_page_of_ours(elsewhere: str) -> None:
    async with browsing(ROUTES) as client:
        answer = await client.post("/preference", data={"theme": "dark", "next": elsewhere})
    assert answer.headers["location"] == "/"


async def test_without_a_book_the_choice_is_remembered_by_the_browser() -> None:
    actor = await known_person()
    await database.execute("DELETE FROM business_day")
    async with browsing(ROUTES, actor=actor) as client:
        answer = await client.post("/preference", data={"theme": "dark"})
    assert answer.cookies["theme"] == "dark"
    assert (await kept(actor))["theme"] == "auto"


async def test_the_settings_page_shows_what_is_chosen() -> None:
    actor = await known_person()
    session = type("Session", (), {"language": "en", "theme": "dark", "density": "compact"})
    async with browsing(ROUTES, actor=actor, session=session) as client:
        text = (await client.get("/setting")).text
    for choice in ('"theme" value="dark"', '"density" value="compact"', '"language" value="en"'):
        assert f"name={choice} data-submits checked" in text
    assert text.count(" checked") == 3
