"""Every row lock on cases, in one place: loan before case, always."""

from dataclasses import replace

from app import database
from app.actor import Actor
from app.collection.errors import CaseNotFound
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.collection.subject import CaseSubject
from app.customer.scope import scope_condition


async def lock_case(actor: Actor, order: MoveCase, *, for_update: bool) -> CaseSubject:
    """The borrower's case within the actor's scope; the row is locked `for_update`."""
    scope = scope_condition(actor, "c", 3, owner="assignee_id")
    found = await database.row(
        "SELECT c.customer_id, c.id, c.stage, c.version, c.closed_on FROM collection_case c"
        f" WHERE c.customer_id = $1 AND c.id = $2 AND {scope.sql}"
        + (" FOR UPDATE" if for_update else ""),
        order.customer_id, order.case_id, *scope.values,
    )  # fmt: skip
    if found is None:
        raise CaseNotFound
    case = CaseSubject(**found | {"stage": Stage(found["stage"])})
    if case.version == order.expected_version:
        return case
    # A statement of its own: what the lock waited for is not in the snapshot that asked for it.
    return replace(case, moved_by=await _moved_by(case))


async def _moved_by(case: CaseSubject) -> str:
    """The name within `kind:id:name`; empty for our own jobs."""
    actor = await database.value(
        "SELECT actor FROM case_event WHERE customer_id = $1 AND case_id = $2 AND kind = 'moved'"
        " ORDER BY id DESC LIMIT 1",
        case.customer_id, case.id,
    )  # fmt: skip
    kind, _, rest = (actor or "system:0:").partition(":")
    return "" if kind == "system" else rest.partition(":")[2]
