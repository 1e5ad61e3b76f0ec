"""A card is moved."""

from app import database
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.loan.actions import post_payment
from tests.factories import LoanKey, make_loan
from tests.scenario.loan import payment
from tests.scenario.scene import SCHEDULE, SYSTEM, Say, Scene


async def _case(loan: LoanKey) -> int:
    """A first payment opens it: part of the debt is left."""
    await post_payment(SYSTEM, payment(loan, amount_minor=100), key="opens the case")
    found = await database.value(
        "SELECT id FROM collection_case WHERE customer_id = $1", loan.customer_id
    )
    assert isinstance(found, int)
    return found


def _move(customer_id: int, case_id: int, stage: Stage, version: int = 1) -> MoveCase:
    return MoveCase(customer_id=customer_id, case_id=case_id, stage=stage, expected_version=version)


async def of_an_own_case(scene: Scene) -> MoveCase:
    loan = await scene.loan()
    return _move(loan.customer_id, await _case(loan), Stage.promised)


async def of_a_strangers_case(scene: Scene) -> MoveCase:
    loan = await make_loan(SCHEDULE)
    return _move(loan.customer_id, await _case(loan), Stage.promised)


async def of_no_case(scene: Scene) -> MoveCase:
    return _move(await scene.borrower(), 404, Stage.promised)


async def to_where_it_is(scene: Scene) -> MoveCase:
    loan = await scene.loan()
    return _move(loan.customer_id, await _case(loan), Stage.to_contact)


async def seen_long_ago(scene: Scene) -> MoveCase:
    loan = await scene.loan()
    return _move(loan.customer_id, await _case(loan), Stage.promised, version=0)


async def of_a_cured_case(scene: Scene) -> MoveCase:
    loan = await scene.loan()
    case_id = await _case(loan)
    await post_payment(SYSTEM, payment(loan, amount_minor=201_800), key="cures it")
    return _move(loan.customer_id, case_id, Stage.promised, version=2)


SCENARIOS: dict[str, list[Say]] = {
    "case.move": [
        of_an_own_case,
        of_a_strangers_case,
        of_no_case,
        to_where_it_is,
        seen_long_ago,
        of_a_cured_case,
    ],
}
