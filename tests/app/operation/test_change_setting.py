import asyncio
from typing import Any

import msgspec
import pytest

from app import database as db
from app.actor import Actor
from app.errors import AfterloanError, Forbidden, Stale
from app.operation.change_setting import ChangeSetting, change_setting, settings_now
from app.permission import Role
from app.setting import LENDER_NAME, SETTINGS, SettingInvalid, SettingUnknown
from tests.factories import actor_of, set_business_date

pytestmark = pytest.mark.usefixtures("database")
ADMINISTRATOR = actor_of(Role.administrator)


def order(text: str, *, version: int = 0, name: str = "lender.name") -> ChangeSetting:
    return ChangeSetting(name=name, text=text, expected_version=version)


async def stored() -> list[tuple[Any, ...]]:
    found = await db.rows("SELECT name, value::text, version, changed_by FROM business_setting")
    return [tuple(row.values()) for row in found]


async def test_a_changed_setting_holds_from_now_on() -> None:
    await set_business_date()
    outcome = await change_setting(ADMINISTRATOR, order(" Northwind "))
    assert (outcome.result.name, outcome.result.version) == ("lender.name", 1)
    assert await LENDER_NAME.get() == "Northwind"
    assert await stored() == [("lender.name", '"Northwind"', 1, "Ada Lovelace")]

    await change_setting(ADMINISTRATOR, order("Contoso", version=1))
    assert await LENDER_NAME.get() == "Contoso"
    bodies = [
        msgspec.json.decode(row["body"])["facts"]
        for row in await db.rows("SELECT body FROM audit_entry ORDER BY id")
    ]
    assert bodies == [
        {"before": "Afterloan", "after": "Northwind"},
        {"before": "Northwind", "after": "Contoso"},
    ]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (order("x", name="no.such"), SettingUnknown),
        (order(""), SettingInvalid),
        (order("x", version=1), Stale),
        (order("x", version=-1), Stale),
        (order("1, 1", name="reminder.days_past_due"), SettingInvalid),
    ],
)
async def test_what_cannot_be_is_refused_and_leaves_nothing(
    change: ChangeSetting, refusal: type[AfterloanError]
) -> None:
    await refused(ADMINISTRATOR, change, refusal)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.administrator}))
async def test_only_administrators_change_settings(role: Role) -> None:
    await refused(actor_of(role), order("Northwind"), Forbidden)


async def refused(actor: Actor, change: ChangeSetting, refusal: type[AfterloanError]) -> None:
    assert isinstance(await change_setting.may(actor, change), refusal)
    with pytest.raises(refusal):
        await change_setting(actor, change)
    assert await stored() == []
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


async def test_of_two_who_change_it_at_once_one_is_told() -> None:
    for version in (0, 1):
        answers = await asyncio.gather(
            change_setting(ADMINISTRATOR, order("Northwind", version=version)),
            change_setting(ADMINISTRATOR, order("Contoso", version=version)),
            return_exceptions=True,
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["Outcome", "Stale"]
        assert (await stored())[0][2] == version + 1


async def test_the_list_is_that_of_the_declarations_with_the_values_of_now() -> None:
    await change_setting(ADMINISTRATOR, order("Northwind"))
    rows = await settings_now(actor_of(Role.management))
    assert [row.setting.name for row in rows] == list(SETTINGS)
    assert [(row.value, row.version) for row in rows[:2]] == [("Northwind", 1), ("", 0)]
    with pytest.raises(Forbidden):
        await settings_now(actor_of(Role.collector))
