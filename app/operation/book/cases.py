"""How far the lender's own people have come with a borrower's arrears, taken over with the book."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from app import database
from app.collection.case import TakenOver, take_over_cases
from app.operation.book.judge import Judge
from app.operation.book.queries import ASKED_AT_ONCE, known_customers
from app.operation.book.rows import CaseRow
from app.operation.book.spool import read_bucket
from app.verb import Work


class TakenOverBucket(NamedTuple):
    # Cases that took the book's word; the others were moved here, or nothing is overdue.
    taken: int
    told: int
    # Colleagues whom the book names and who have not signed in yet.
    strangers: Sequence[str]


def judge_cases(judge: Judge, found: Sequence[CaseRow], field: str, key: str) -> None:
    """A borrower has one case, and what it is now began some time ago."""
    judge.single(found, field, key)
    for row in found:
        for name, on in (("stage_since", row.stage_since), ("opened_on", row.opened_on)):
            if on is not None and on > judge.today:
                judge.tell("DATE_FUTURE", row, name, on, today=str(judge.today))


async def take_over_bucket(work: Work, spool: Path, bucket: int) -> TakenOverBucket:
    found = [row for row in read_bucket(spool, "case", bucket) if isinstance(row, CaseRow)]
    customers = await _customers(found)
    colleagues = await _colleagues({row.assignee for row in found if row.assignee})
    told = {
        customer_id: TakenOver(
            customer_id=customer_id,
            stage=row.stage,
            since=row.stage_since or work.business_date,
            opened_on=row.opened_on,
            assignee_id=colleagues.get(row.assignee or ""),
            next_action_on=row.next_action_on,
        )
        for row, customer_id in zip(found, customers, strict=True)
        if customer_id is not None
    }
    strangers = {row.assignee for row in found if row.assignee} - colleagues.keys()
    taken = await take_over_cases(work, list(told.values())) if told else 0
    return TakenOverBucket(taken=taken, told=len(found), strangers=sorted(strangers))


async def _customers(found: Sequence[CaseRow]) -> list[int | None]:
    """Whose case each row speaks of."""
    by_key = await known_customers({row.customer_key for row in found if row.customer_key})
    numbers = sorted({row.loan_key for row in found if row.loan_key and not row.customer_key})
    by_loan: dict[str, int] = {}
    for at in range(0, len(numbers), ASKED_AT_ONCE):
        places = await database.rows(
            "SELECT source_number, customer_id FROM loan_directory"
            " WHERE source_number = ANY($1::text[])",
            numbers[at : at + ASKED_AT_ONCE],
        )
        by_loan |= {place["source_number"]: place["customer_id"] for place in places}
    return [
        by_key.get(row.customer_key) if row.customer_key else by_loan.get(row.loan_key or "")
        for row in found
    ]


async def _colleagues(names: set[str]) -> dict[str, int]:
    """By e-mail address or full name; one that two people share is nobody's."""
    if not names:
        return {}
    found = await database.rows(
        "SELECT said, min(id) AS id FROM unnest($1::text[]) AS said"
        " JOIN user_account ON lower(user_account.email) = lower(said)"
        " OR user_account.name = said GROUP BY said HAVING count(*) = 1",
        sorted(names),
    )
    return {row["said"]: row["id"] for row in found}
