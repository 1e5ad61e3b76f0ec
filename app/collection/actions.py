"""The case's verbs."""

from app import database
from app.actor import Actor
from app.collection import news
from app.collection.errors import CaseAlreadyThere, CaseChanged, CaseClosed
from app.collection.locks import lock_case
from app.collection.models import CaseEventKind
from app.collection.order import MoveCase, MovedCase
from app.collection.subject import CaseSubject
from app.errors import AfterloanError
from app.operation.audit import actor_text
from app.permission import Permission
from app.verb import Work, verb


def may_move_case(actor: Actor, case: CaseSubject, order: MoveCase) -> AfterloanError | None:
    if not case.is_open:
        return CaseClosed(number=case.number, closed_on=case.closed_on)
    if case.version != order.expected_version:
        return CaseChanged(
            number=case.number, stage=case.stage, version=case.version, moved_by=case.moved_by
        )
    if case.stage == order.stage:
        return CaseAlreadyThere(number=case.number, stage=case.stage)
    return None


@verb("case.move", permission=Permission.CASE_MOVE, lock=lock_case, check=may_move_case)
async def move_case(work: Work, case: CaseSubject, order: MoveCase) -> MovedCase:
    """Says where the work on a borrower's arrears stands. Undone by moving it back."""
    moved = MovedCase(
        customer_id=case.customer_id,
        case_id=case.id,
        from_stage=case.stage,
        stage=order.stage,
        version=case.version + 1,
    )
    await database.execute(
        "UPDATE collection_case SET stage = $3, stage_since = $4, version = $5"
        " WHERE customer_id = $1 AND id = $2",
        case.customer_id, case.id, moved.stage, work.business_date, moved.version,
    )  # fmt: skip
    await database.execute(
        "INSERT INTO case_event (customer_id, case_id, kind, from_stage, to_stage, at,"
        " business_date, actor, audit_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        case.customer_id, case.id, CaseEventKind.moved, moved.from_stage, moved.stage, work.now,
        work.business_date, actor_text(work.actor), work.audit_id,
    )  # fmt: skip
    await news.tell(
        at=work.now,
        customer_id=case.customer_id,
        case_id=case.id,
        from_stage=moved.from_stage,
        to_stage=moved.stage,
    )
    work.note(from_stage=moved.from_stage)
    return moved
