"""Reports and settings."""

import msgspec

from app.operation.change_setting import ChangeSetting, change_setting
from app.report.actions import RunDelinquency
from tests.scenario.scene import SYSTEM, Say, Scene


def _plain(name: str, order: msgspec.Struct) -> Say:
    async def say(scene: Scene) -> msgspec.Struct:
        return order

    say.__name__ = name
    return say


async def changed_meanwhile(scene: Scene) -> ChangeSetting:
    order = ChangeSetting(name="lender.name", text="Northwind", expected_version=0)
    await change_setting(SYSTEM, order)
    return order


async def changed_again(scene: Scene) -> ChangeSetting:
    await changed_meanwhile(scene)
    return ChangeSetting(name="lender.name", text="Contoso", expected_version=1)


SCENARIOS: dict[str, list[Say]] = {
    "report.run": [
        _plain("over_a_year", RunDelinquency()),
        _plain("over_no_month", RunDelinquency(months=0)),
        _plain("over_a_century", RunDelinquency(months=1200)),
    ],
    "setting.change": [
        _plain(
            "for_the_first_time",
            ChangeSetting(name="lender.name", text="Northwind", expected_version=0),
        ),
        _plain("of_no_setting", ChangeSetting(name="x", text="1", expected_version=0)),
        _plain("to_nonsense", ChangeSetting(name="lender.name", text="", expected_version=0)),
        changed_meanwhile,
        changed_again,
    ],
}
