"""What the book holds already of what a file names."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from app import database
from app.customer.models import KeyKind
from app.loan.event import Opened
from app.loan.models import LoanStatus
from app.operation.book.draft import KnownLoan, KnownPayment
from app.personal import blind

ASKED_AT_ONCE = 20_000


async def known_customers(keys: Collection[str]) -> dict[str, int]:
    """Source key → customer."""
    digest_of = {blind(KeyKind.source.value, key.strip()): key for key in keys}
    found: dict[str, int] = {}
    for part in _parts(list(digest_of)):
        for row in await database.rows(
            "SELECT digest, customer_id FROM customer_key"
            " WHERE kind = 'source' AND digest = ANY($1::bytea[])",
            part,
        ):
            found[digest_of[bytes(row["digest"])]] = row["customer_id"]
    return found


async def known_loans(numbers: Collection[str]) -> dict[str, KnownLoan]:
    """Source number → the loan as it stands."""
    found: dict[str, KnownLoan] = {}
    for part in _parts(list(numbers)):
        places = await database.rows(
            "SELECT source_number, customer_id, loan_id FROM loan_directory"
            " WHERE source_number = ANY($1::text[])",
            part,
        )
        if places:
            found |= await _loans(places)
    return found


async def has_loans() -> bool:
    return bool(await database.value("SELECT EXISTS (SELECT 1 FROM loan)"))


async def _loans(places: Sequence[Mapping[str, Any]]) -> dict[str, KnownLoan]:
    customers = [place["customer_id"] for place in places]
    loans = [place["loan_id"] for place in places]
    terms = {
        row["id"]: row
        for row in await database.rows(
            "SELECT id, customer_id, currency, principal_minor, disbursed_on, status, closed_on,"
            " event_count, version FROM loan"
            " WHERE customer_id = ANY($1::bigint[]) AND id = ANY($2::bigint[])",
            customers, loans,
        )
    }  # fmt: skip
    schedules = {
        row["loan_id"]: msgspec.json.decode(row["payload"], type=Opened).schedule
        for row in await database.rows(
            "SELECT loan_id, payload::text AS payload FROM loan_event"
            " WHERE customer_id = ANY($1::bigint[]) AND loan_id = ANY($2::bigint[])"
            " AND kind = 'opened'",
            customers, loans,
        )
    }  # fmt: skip
    payments = defaultdict(list)
    for row in await database.rows(
        "SELECT payment.loan_id, loan_event.sequence, payment.reference, payment.value_on,"
        " payment.amount_minor, payment.reversal_event_id IS NOT NULL AS is_reversed"
        " FROM payment JOIN loan_event ON loan_event.customer_id = payment.customer_id"
        " AND loan_event.loan_id = payment.loan_id AND loan_event.id = payment.event_id"
        " WHERE payment.customer_id = ANY($1::bigint[]) AND payment.loan_id = ANY($2::bigint[])",
        customers, loans,
    ):  # fmt: skip
        payments[row.pop("loan_id")].append(KnownPayment(**row))
    keys = {
        table: await _source_keys(table, customers, loans)
        for table in ("related_party", "security_item", "contact_record")
    }
    return {
        place["source_number"]: KnownLoan(
            **{**terms[id], "status": LoanStatus(terms[id]["status"])},
            schedule=schedules[id],
            payments=payments[id],
            party_keys=keys["related_party"].get(id, frozenset()),
            security_keys=keys["security_item"].get(id, frozenset()),
            contact_keys=keys["contact_record"].get(id, frozenset()),
        )
        for place in places
        for id in (place["loan_id"],)
    }


async def _source_keys(
    table: str, customers: Sequence[int], loans: Sequence[int]
) -> dict[int, frozenset[str]]:
    found = await database.rows(
        f"SELECT loan_id, array_agg(source_key) AS keys FROM {table}"
        " WHERE customer_id = ANY($1::bigint[]) AND loan_id = ANY($2::bigint[])"
        " GROUP BY loan_id",
        customers, loans,
    )  # fmt: skip
    return {row["loan_id"]: frozenset(row["keys"]) for row in found}


async def keys_of_customers(table: str, customers: Sequence[int]) -> dict[int, frozenset[str]]:
    """Parties or contacts that belong to the borrower himself, by their source keys."""
    assert table in ("related_party", "contact_record")
    found = await database.rows(
        f"SELECT customer_id, array_agg(source_key) AS keys FROM {table}"
        " WHERE customer_id = ANY($1::bigint[]) AND loan_id IS NULL GROUP BY customer_id",
        customers,
    )
    return {row["customer_id"]: frozenset(row["keys"]) for row in found}


def _parts(whole: list[Any]) -> list[list[Any]]:
    return [whole[i : i + ASKED_AT_ONCE] for i in range(0, len(whole), ASKED_AT_ONCE)]
