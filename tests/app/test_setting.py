from datetime import time
from typing import Any

import msgspec
import pytest

from app import database as db
from app.i18n import LANGUAGES
from app.permission import Permission
from app.setting import (
    AUTOMATIC_CLOSE,
    CLOSING_TIME,
    LENDER_NAME,
    LENDER_PHONE,
    REMIND_AFTER_DAYS,
    REMIND_BEFORE_DAYS,
    REMINDERS_ON,
    SETTINGS,
    TIME_ZONE,
    Setting,
    SettingInvalid,
)
from tests.factories import BOOKED_AT


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_default_fits_and_comes_back_from_what_is_shown(setting: Setting[Any]) -> None:
    assert setting.fits(setting.default)
    assert setting.parse(setting.show(setting.default)) == setting.default
    assert setting.read(msgspec.json.encode(setting.default).decode()) == setting.default
    assert setting.label
    assert setting.hint
    assert isinstance(setting.permission, Permission)


def test_every_setting_is_listed_under_its_name() -> None:
    assert all(name == setting.name for name, setting in SETTINGS.items())
    assert all(len(name) <= 80 for name in SETTINGS)
    assert {name.partition(".")[0] for name in SETTINGS} == {"lender", "day", "reminder"}


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (TIME_ZONE, " Europe/Berlin ", "Europe/Berlin"),
        (CLOSING_TIME, "02:15", time(2, 15)),
        (CLOSING_TIME, "23:30:00", time(23, 30)),
        (AUTOMATIC_CLOSE, "true", True),
        (REMINDERS_ON, "false", False),
        (REMIND_BEFORE_DAYS, "7, 3,0", (7, 3, 0)),
        # A Chinese keyboard's comma.
        (REMIND_BEFORE_DAYS, "3，0", (3, 0)),
        (REMIND_BEFORE_DAYS, "", ()),
        (REMIND_AFTER_DAYS, "1, 7, 30", (1, 7, 30)),
        (REMIND_AFTER_DAYS, "", ()),
        (LENDER_NAME, "北风银行", "北风银行"),
        (LENDER_PHONE, "", ""),
        (LENDER_PHONE, "+86 571 8888 0000", "+86 571 8888 0000"),
    ],
)
def test_what_is_typed_is_read(setting: Setting[Any], text: str, value: object) -> None:
    assert setting.parse(text) == value


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (TIME_ZONE, ""),
        (TIME_ZONE, "Asia/Beijing"),
        (TIME_ZONE, "../../etc/passwd"),
        (TIME_ZONE, "/etc/localtime"),
        (TIME_ZONE, "\0"),
        (CLOSING_TIME, "24:00"),
        (CLOSING_TIME, "23:30:15"),
        (CLOSING_TIME, "half past"),
        (AUTOMATIC_CLOSE, "perhaps"),
        (REMIND_BEFORE_DAYS, "31"),
        (REMIND_BEFORE_DAYS, "-1"),
        (REMIND_BEFORE_DAYS, "1.5"),
        (REMIND_BEFORE_DAYS, "1, 2, 3, 4, 5, 6"),
        (REMIND_BEFORE_DAYS, "3, 3"),
        (REMIND_AFTER_DAYS, "0"),
        (REMIND_AFTER_DAYS, "7, 1"),
        (REMIND_AFTER_DAYS, "181"),
        (REMIND_AFTER_DAYS, "NaN"),
        (LENDER_NAME, "  "),
        (LENDER_NAME, "x" * 61),
        (LENDER_NAME, "Two\nlines"),
        (LENDER_PHONE, "1" * 41),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(setting: Setting[Any], text: str) -> None:
    with pytest.raises(SettingInvalid) as met:
        setting.parse(text)
    assert met.value.facts["name"] == setting.name
    for language in LANGUAGES:
        assert met.value.render_mend(language)
    assert met.value.render_mend("en") == setting.hint


@pytest.mark.usefixtures("database")
async def test_until_somebody_changes_it_the_default_holds() -> None:
    assert await REMIND_AFTER_DAYS.get() == (1,)
    await db.execute(
        "INSERT INTO business_setting (name, value, version, changed_at, changed_by)"
        " VALUES ('reminder.days_past_due', '[1, 15]', 1, $1, 'Ada')",
        BOOKED_AT,
    )
    assert await REMIND_AFTER_DAYS.get() == (1, 15)
    assert await REMIND_BEFORE_DAYS.get() == (3, 0)
