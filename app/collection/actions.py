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
        stage_since=work.business_date,
        version=case.version + 1,
    )
    work.note(from_stage=moved.from_stage)
    await database.execute(
        _MOVE, moved.customer_id, moved.case_id, moved.from_stage, moved.stage, moved.stage_since,
        moved.version, work.now, actor_text(work.actor), work.audit_id, news.client_id(),
    )  # fmt: skip
    return moved


# One statement, so that a move costs the same few however much it leaves behind.
_MOVE = f"""
WITH moved AS (
  UPDATE collection_case SET stage = $4, stage_since = $5, version = $6
  WHERE customer_id = $1 AND id = $2
  RETURNING customer_id, id
), kept AS (
  INSERT INTO case_event (customer_id, case_id, kind, from_stage, to_stage, at, business_date,
    actor, audit_id)
  SELECT customer_id, id, '{CaseEventKind.moved}', $3, $4, $7, $5, $8, $9 FROM moved
)
INSERT INTO live_event (at, customer_id, case_id, from_stage, to_stage, client_id)
SELECT $7, customer_id, id, $3, $4, $10 FROM moved
"""
