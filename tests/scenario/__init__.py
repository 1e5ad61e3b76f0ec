"""States of the world in which a verb is said: for every verb at least one in which it is done.

A scenario makes the rows and returns the order. `tests/app/test_verb.py` walks all of them with
every role."""

from tests.scenario import collection, customer, day, identity, importing, loan, monitoring, rest
from tests.scenario.scene import Say

SCENARIOS: dict[str, list[Say]] = {
    **collection.SCENARIOS,
    **customer.SCENARIOS,
    **day.SCENARIOS,
    **identity.SCENARIOS,
    **importing.SCENARIOS,
    **loan.SCENARIOS,
    **monitoring.SCENARIOS,
    **rest.SCENARIOS,
}
