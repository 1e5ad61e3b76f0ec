"""One bucket of a book against the book of record: what is new, what is known, what is wrong."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.operation.book.bundle import (
    CustomerBundle,
    LoanBundle,
    customer_bundles,
    loan_bundles,
)
from app.operation.book.cases import judge_cases
from app.operation.book.draft import Addition, KnownLoan, LoanDraft, additions_of, draft_of
from app.operation.book.judge import Judge
from app.operation.book.queries import keys_of_customers, known_customers, known_loans
from app.operation.book.rows import WantedCustomerRow
from app.operation.book.spool import bucket_folder, read_bucket


@dataclass(slots=True)
class LoanWork:
    drafts: list[LoanDraft] = field(default_factory=list)
    # Loans of the book to which something was added.
    additions: list[tuple[LoanBundle, KnownLoan, list[Addition]]] = field(default_factory=list)
    row_count: int = 0


@dataclass(slots=True)
class CustomerWork:
    bundles: list[CustomerBundle] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    row_count: int = 0


async def judge_loans(judge: Judge, spool: Path, bucket: int) -> LoanWork:
    found = list(read_bucket(spool, "loan", bucket))
    bundles = loan_bundles(found)
    known, work = await known_loans(bundles.keys()), LoanWork(row_count=len(found))
    for key, bundle in sorted(bundles.items()):
        if bundle.is_faulty:
            continue
        judge_cases(judge, bundle.cases, "loan_key", key)
        before = known.get(key)
        if before is not None:
            work.additions.append((bundle, before, additions_of(judge, bundle, before)))
        elif draft := draft_of(judge, bundle):
            work.drafts.append(draft)
    return work


async def judge_customers(judge: Judge, spool: Path, bucket: int) -> CustomerWork:
    found = list(read_bucket(spool, "customer", bucket))
    bundles = customer_bundles(found)
    # What a loan says of its borrower was counted with the loan.
    own = sum(not isinstance(row, WantedCustomerRow) for row in found)
    work = CustomerWork(known=await known_customers(bundles.keys()), row_count=own)
    for key, bundle in sorted(bundles.items()):
        if bundle.is_faulty:
            continue
        judge.single(bundle.customers, "customer_key", key)
        judge_cases(judge, bundle.cases, "customer_key", key)
        if key in work.known or bundle.customers or _is_stub(bundle):
            work.bundles.append(bundle)
            continue
        for row in [*bundle.wanted, *bundle.parties, *bundle.contacts, *bundle.cases]:
            judge.tell("CUSTOMER_UNKNOWN", row, "customer_key", key)
    await _leave_out_known(work)
    return work


def digest_of_bucket(spool: Path, side: str, bucket: int) -> bytes:
    """Over the rows as they were read."""
    digest = hashlib.sha256()
    place = bucket_folder(spool, side, bucket)
    for path in sorted(place.iterdir()) if place.is_dir() else []:
        digest.update(path.read_bytes())
    return digest.digest()


def _is_stub(bundle: CustomerBundle) -> bool:
    return any(wanted.is_stub for wanted in bundle.wanted)


async def _leave_out_known(work: CustomerWork) -> None:
    """Parties and contacts that the borrower has already, by the source system's keys."""
    old = [bundle for bundle in work.bundles if bundle.key in work.known]
    if not any(bundle.parties or bundle.contacts for bundle in old):
        return
    ids: Sequence[int] = list(work.known.values())
    parties = await keys_of_customers("related_party", ids)
    contacts = await keys_of_customers("contact_record", ids)
    for bundle in old:
        id = work.known[bundle.key]
        had_parties, had_contacts = parties.get(id, frozenset()), contacts.get(id, frozenset())
        bundle.parties = [
            row for row in bundle.parties if not row.party_key or row.party_key not in had_parties
        ]
        bundle.contacts = [
            row
            for row in bundle.contacts
            if not row.contact_key or row.contact_key not in had_contacts
        ]
