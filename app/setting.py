"""What the business decides: declared once here with type, default, bounds, unit and who may change
it.

Only what differs from its default is a row. A changed value is audited and holds from the next
use on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app import database
from app.errors import Invalid
from app.i18n import N_, translate
from app.permission import Permission

Value = TypeVar("Value")


class SettingUnknown(Invalid):
    code = "SETTING_UNKNOWN"
    text = N_("There is no setting called {name}.")
    mend = N_("Choose one from the settings page.")


class SettingInvalid(Invalid):
    code = "SETTING_INVALID"
    text = N_("This value does not fit the setting {name}.")

    def render_mend(self, language: str | None = None) -> str:
        """What fits is said by the setting itself."""
        return translate(self.facts["hint"], language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[Value]):
    name: str
    type: Any
    default: Value
    label: str
    # What a valid value is, in words; shown beside the field and when it is refused.
    hint: str
    fits: Callable[[Value], bool]
    unit: str = ""
    permission: Permission = Permission.SETTING_CHANGE

    async def get(self) -> Value:
        stored = await database.value(
            "SELECT value FROM business_setting WHERE name = $1", self.name
        )
        return self.default if stored is None else self.read(stored)

    def read(self, stored: str) -> Value:
        value: Value = msgspec.json.decode(stored, type=self.type)
        return value

    def parse(self, text: str) -> Value:
        """From a form's field. Raises `SettingInvalid` with the hint."""
        try:
            value: Value = msgspec.convert(_structured(text, self.type), self.type, strict=False)
        except (msgspec.ValidationError, ValueError) as error:
            raise SettingInvalid(name=self.name, hint=self.hint) from error
        if not self.fits(value):
            raise SettingInvalid(name=self.name, hint=self.hint)
        return value

    def show(self, value: Value) -> str:
        if isinstance(value, tuple | list):
            return ", ".join(str(part) for part in value)
        return value.strftime("%H:%M") if isinstance(value, time) else str(value)


def _structured(text: str, type: Any) -> Any:
    text = text.strip()
    if getattr(type, "__origin__", None) is tuple:
        return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    return f"{text}:00" if type is time and text.count(":") == 1 else text


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _rises(days: tuple[int, ...]) -> bool:
    return 0 < len(days) <= 12 and all(a < b for a, b in zip((0, *days), days, strict=False))


TIME_ZONE: Setting[str] = Setting(
    name="day.time_zone",
    type=str,
    default="Asia/Shanghai",
    label=N_("Time zone of the business day"),
    hint=N_("A name from the IANA list, such as Asia/Shanghai."),
    fits=_is_zone,
)
CLOSING_TIME: Setting[time] = Setting(
    name="day.closing_time",
    type=time,
    default=time(23, 30),
    label=N_("Time of the close of business"),
    hint=N_("Hours and minutes, such as 23:30. Before noon it belongs to the next calendar day."),
    fits=lambda at: at.second == 0,
)
AUTOMATIC_CLOSE: Setting[bool] = Setting(
    name="day.automatic_close",
    type=bool,
    default=False,
    label=N_("Close the business day by itself"),
    hint=N_("true or false"),
    fits=lambda _: True,
)
REMIND_BEFORE_DAYS: Setting[tuple[int, ...]] = Setting(
    name="reminder.days_before_due",
    type=tuple[int, ...],
    default=(3, 0),
    label=N_("Remind this many days before the due date"),
    hint=N_("Up to five different numbers from 0 to 30; 0 is the due date itself."),
    unit=N_("days"),
    fits=lambda days: len(days) == len(set(days)) <= 5 and all(0 <= day <= 30 for day in days),
)
REMIND_AFTER_DAYS: Setting[tuple[int, ...]] = Setting(
    name="reminder.days_past_due",
    type=tuple[int, ...],
    default=(1,),
    label=N_("Remind on these days past due"),
    hint=N_("Up to five rising numbers from 1 to 180."),
    unit=N_("days"),
    fits=lambda days: not days or (_rises(days) and len(days) <= 5 and days[-1] <= 180),
)
REMINDERS_ON: Setting[bool] = Setting(
    name="reminder.enabled",
    type=bool,
    default=True,
    label=N_("Send reminders by e-mail"),
    hint=N_("true or false"),
    fits=lambda _: True,
)
LENDER_NAME: Setting[str] = Setting(
    name="lender.name",
    type=str,
    default="Afterloan",
    label=N_("Name of the lender in letters and e-mails"),
    hint=N_("1 to 60 characters."),
    fits=lambda name: 0 < len(name) <= 60 and name.isprintable(),
)
LENDER_PHONE: Setting[str] = Setting(
    name="lender.phone",
    type=str,
    default="",
    label=N_("Phone number for borrowers' questions"),
    hint=N_("At most 40 characters; empty to leave it out."),
    fits=lambda phone: len(phone) <= 40 and (not phone or phone.isprintable()),
)

SETTINGS: dict[str, Setting[Any]] = {
    setting.name: setting
    for setting in (
        LENDER_NAME,
        LENDER_PHONE,
        TIME_ZONE,
        CLOSING_TIME,
        AUTOMATIC_CLOSE,
        REMINDERS_ON,
        REMIND_BEFORE_DAYS,
        REMIND_AFTER_DAYS,
    )
}
