"""A demo's collectors have been at work: the older a debt, the further its case has come."""

import random
from collections.abc import Sequence

from app import database
from app.actor import Actor
from app.collection.actions import move_case
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.operation.business_day import current_business_date

CASES_MAX = 400
# Up to so many days late: the weight of each column, left to right.
WEIGHTS: Sequence[tuple[int, tuple[int, int, int, int, int]]] = (
    (7, (70, 25, 5, 0, 0)),
    (30, (30, 40, 25, 5, 0)),
    (90, (10, 25, 30, 35, 0)),
    (100_000, (5, 10, 10, 40, 35)),
)


async def live(seed: int) -> None:
    """Through the same verb as on the board; the same seed, the same board."""
    chance, on = random.Random(seed), await current_business_date()
    cases = await database.rows(
        "SELECT id, customer_id, version, $1::date - overdue_since AS days_late"
        " FROM collection_case WHERE closed_on IS NULL ORDER BY id LIMIT $2",
        on, CASES_MAX,
    )  # fmt: skip
    for case in cases:
        weights = next(weights for days, weights in WEIGHTS if case["days_late"] <= days)
        (stage,) = chance.choices(list(Stage), weights)
        if stage is not Stage.to_contact:
            order = MoveCase(
                customer_id=case["customer_id"],
                case_id=case["id"],
                stage=stage,
                expected_version=case["version"],
            )
            await move_case(Actor.system("demo"), order)
