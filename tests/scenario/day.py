"""A business day is closed."""

from datetime import date, timedelta

from app import database
from app.operation.close.actions import start_close
from app.operation.close.order import FinishClose, ReleaseLoan, StartClose
from tests.factories import BOOKED_AT, BUSINESS_DATE, set_business_date
from tests.scenario.scene import SYSTEM, Say, Scene

TOMORROW = BUSINESS_DATE + timedelta(days=1)


async def to_the_next_date(scene: Scene) -> StartClose:
    await scene.loan()
    return StartClose(to_date=TOMORROW)


async def in_the_background(scene: Scene) -> StartClose:
    return StartClose(to_date=TOMORROW, in_background=True)


async def that_runs_already(scene: Scene) -> StartClose:
    order = StartClose(to_date=TOMORROW)
    await start_close(SYSTEM, order)
    return order


async def over_two_dates(scene: Scene) -> StartClose:
    return StartClose(to_date=TOMORROW + timedelta(days=1))


async def far_into_the_future(scene: Scene) -> StartClose:
    await set_business_date(date(2199, 1, 1))
    return StartClose(to_date=date(2199, 1, 2))


async def with_open_shards(scene: Scene) -> FinishClose:
    await start_close(SYSTEM, StartClose(to_date=TOMORROW))
    return FinishClose(to_date=TOMORROW)


async def with_all_shards_closed(scene: Scene) -> FinishClose:
    order = await with_open_shards(scene)
    await database.execute(
        "INSERT INTO day_close_shard (to_date, shard, loans_changed, cases_changed,"
        " reminders_planned, took_ms, finished_at) VALUES ($1, 0, 1, 1, 0, 5, $2)",
        TOMORROW, BOOKED_AT,
    )  # fmt: skip
    return order


async def that_nobody_started(scene: Scene) -> FinishClose:
    return FinishClose(to_date=TOMORROW)


async def from_quarantine(scene: Scene) -> ReleaseLoan:
    loan = await scene.loan()
    await database.execute(
        "INSERT INTO quarantine (customer_id, loan_id, to_date, code, facts, since, released_by)"
        " VALUES ($1, $2, $3, 'refused', '{}', $4, '')",
        *loan, BUSINESS_DATE, BOOKED_AT,
    )  # fmt: skip
    return ReleaseLoan(customer_id=loan.customer_id, loan_id=loan.loan_id)


async def that_is_not_set_aside(scene: Scene) -> ReleaseLoan:
    loan = await scene.loan()
    return ReleaseLoan(customer_id=loan.customer_id, loan_id=loan.loan_id)


SCENARIOS: dict[str, list[Say]] = {
    "day.start_close": [
        to_the_next_date,
        in_the_background,
        that_runs_already,
        over_two_dates,
        far_into_the_future,
    ],
    "day.finish_close": [with_open_shards, with_all_shards_closed, that_nobody_started],
    "day.release_loan": [from_quarantine, that_is_not_set_aside],
}
