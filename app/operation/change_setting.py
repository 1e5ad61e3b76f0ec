"""Changing what the business decides."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app import database
from app.actor import Actor
from app.errors import AfterloanError, Stale
from app.permission import Permission
from app.setting import SETTINGS, Setting, SettingUnknown
from app.verb import Work, verb


class ChangeSetting(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=80)]
    # As typed into the field; the setting itself reads it.
    text: Annotated[str, Meta(max_length=400)]
    # 0: it still has its default.
    expected_version: int


class SettingChanged(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: int


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    setting: Any
    value: Any
    version: int


async def lock_setting(actor: Actor, order: ChangeSetting, *, for_update: bool) -> SettingRow:
    setting = SETTINGS.get(order.name)
    if setting is None:
        raise SettingUnknown(name=order.name[:80])
    found = await database.row(
        "SELECT value, version FROM business_setting WHERE name = $1"
        + (" FOR UPDATE" if for_update else ""),
        order.name,
    )
    return _row(setting, found)


def may_change(actor: Actor, row: SettingRow, order: ChangeSetting) -> AfterloanError | None:
    if row.version != order.expected_version:
        return Stale()
    try:
        row.setting.parse(order.text)
    except AfterloanError as refusal:
        return refusal
    return None


@verb("setting.change", permission=Permission.SETTING_CHANGE, lock=lock_setting, check=may_change)
async def change_setting(work: Work, row: SettingRow, order: ChangeSetting) -> SettingChanged:
    """From now on the new value holds; the audit entry keeps both."""
    setting: Setting[Any] = row.setting
    value = setting.parse(order.text)
    version = await database.value(
        "INSERT INTO business_setting AS kept (name, value, version, changed_at, changed_by)"
        " VALUES ($1, $2::jsonb, 1, $3, $4) ON CONFLICT (name) DO UPDATE"
        " SET value = excluded.value, version = kept.version + 1,"
        " changed_at = excluded.changed_at, changed_by = excluded.changed_by"
        " WHERE kept.version = $5 RETURNING version",
        setting.name, msgspec.json.encode(value).decode(), work.now, work.actor.name, row.version,
    )  # fmt: skip
    if version is None:
        # Two people set it for the first time at once: there was no row to lock.
        raise Stale
    work.note(before=setting.show(row.value), after=setting.show(value))
    return SettingChanged(name=setting.name, version=version)


async def settings_now(actor: Actor) -> list[SettingRow]:
    """Every setting with its value of now, in the order of declaration."""
    actor.require(Permission.SETTING_READ)
    stored = {
        row["name"]: row
        for row in await database.rows("SELECT name, value, version FROM business_setting")
    }
    return [_row(setting, stored.get(setting.name)) for setting in SETTINGS.values()]


def _row(setting: Setting[Any], stored: dict[str, Any] | None) -> SettingRow:
    if stored is None:
        return SettingRow(setting=setting, value=setting.default, version=0)
    return SettingRow(
        setting=setting, value=setting.read(stored["value"]), version=stored["version"]
    )
