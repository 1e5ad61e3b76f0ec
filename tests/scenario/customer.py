"""Somebody is looked up, and a value is shown in clear."""

from app.customer.masking import PersonalColumn
from app.customer.order import LookUp, ReadInClear, Reveal, RevealReason
from tests.factories import make_customer
from tests.scenario.scene import Say, Scene


async def that_found_somebody(scene: Scene) -> LookUp:
    return LookUp(by="phone", shown=[await scene.borrower()])


async def that_found_nobody(scene: Scene) -> LookUp:
    return LookUp(by="name", shown=[])


async def through_the_api(scene: Scene) -> ReadInClear:
    id = await scene.borrower()
    return ReadInClear(customer_id=id, columns=[PersonalColumn.phone], shown=[id])


async def through_the_api_of_many(scene: Scene) -> ReadInClear:
    ids = [await scene.borrower(), await scene.borrower()]
    return ReadInClear(customer_id=None, columns=list(PersonalColumn), shown=ids)


def _reveal(customer_id: int) -> Reveal:
    return Reveal(
        customer_id=customer_id,
        column=PersonalColumn.phone,
        reason=RevealReason.calling_back,
    )


async def of_an_own_borrower(scene: Scene) -> Reveal:
    return _reveal(await scene.borrower(phone="15400000001"))


async def of_a_stranger(scene: Scene) -> Reveal:
    return _reveal(await make_customer(phone="15400000001"))


async def of_what_is_not_there(scene: Scene) -> Reveal:
    return _reveal(await scene.borrower())


async def of_nobody(scene: Scene) -> Reveal:
    return _reveal(404)


SCENARIOS: dict[str, list[Say]] = {
    "customer.look_up": [that_found_somebody, that_found_nobody],
    "customer.read_in_clear": [through_the_api, through_the_api_of_many],
    "customer.reveal": [of_an_own_borrower, of_a_stranger, of_what_is_not_there, of_nobody],
}
