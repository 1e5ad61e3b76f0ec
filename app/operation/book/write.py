"""Writes the records of one batch, by COPY, inside the transaction of its verb."""

from collections.abc import Sequence

from app import database
from app.customer.search_key import keys_of
from app.operation.book import records as made
from app.operation.book import rows
from app.operation.book.bundle import CustomerBundle, LoanBundle
from app.operation.book.draft import KnownLoan, LoanDraft, booked
from app.operation.book.places import Places
from app.operation.book.records import Booking, Owned, Records


async def copy(records: Records) -> None:
    """On the verb's own connection, so that it is its transaction."""
    async with database.connection().acquire_connection() as raw:
        for table in made.TABLES_IN_ORDER:
            if found := records.of[table]:
                await raw.copy_records_to_table(table, records=found, columns=made.COLUMNS[table])


async def next_ids(table: str, count: int) -> list[int]:
    if not count:
        return []
    # The sequence is looked up once, not for each number.
    found: list[int] = await database.value(
        "SELECT array_agg(nextval(sequence)) FROM (SELECT pg_get_serial_sequence($1, 'id')"
        "::regclass AS sequence OFFSET 0) AS named, generate_series(1, $2)",
        table, count,
    )  # fmt: skip
    return found


async def write_customers(
    bundles: Sequence[CustomerBundle],
    known: dict[str, int],
    places: Places,
    booking: Booking,
) -> Records:
    """New borrowers with their keys, and what hangs on borrowers old and new."""
    records = Records()
    new = [bundle for bundle in bundles if bundle.key not in known]
    # Borrowers whose loans will be written together get numbers side by side: every table of the
    # book is keyed by borrower, and a batch of loans then finds its few places in each index.
    new.sort(key=_loan_bucket)
    ids = dict(zip((b.key for b in new), await next_ids("customer", len(new)), strict=True))
    for bundle in new:
        row = bundle.customers[0] if bundle.customers else _stub(bundle)
        id = ids[bundle.key]
        made.add_customer(records, row, Owned(customer_id=id), place=places.of(row), at=booking.at)
        keys = keys_of(
            name=row.name,
            phone=row.phone,
            id_number=row.id_number,
            email=row.email,
            source_key=bundle.key,
        )
        records.of["customer_key"].extend((kind.value, digest, id) for kind, digest in keys)
    await _write_attached(records, bundles, ids | known)
    await copy(records)
    return records


async def write_loans(
    drafts: Sequence[LoanDraft], customers: dict[str, int], places: Places, booking: Booking
) -> Records:
    records = Records()
    # Side by side in the tables as in the indexes.
    drafts = sorted(drafts, key=lambda draft: customers[draft.row.customer_key or ""])
    loans = [booked(draft) for draft in drafts]
    loan_ids = await next_ids("loan", len(drafts))
    event_ids = iter(await next_ids("loan_event", sum(len(loan.events) for loan in loans)))
    for id, loan in zip(loan_ids, loans, strict=True):
        draft = loan.draft
        assert draft.row.customer_key is not None
        owned = Owned(customer_id=customers[draft.row.customer_key], loan_id=id)
        made.add_loan(
            records,
            loan,
            owned,
            product_id=places.product_of(draft.row),
            booking=booking,
            event_ids=[next(event_ids) for _ in loan.events],
        )
    await write_around(
        records,
        [
            (draft.bundle, Owned(customer_id=record[1], loan_id=record[0]), draft.currency)
            for draft, record in zip(drafts, records.of["loan"], strict=True)
        ],
    )
    await copy(records)
    return records


async def write_around(records: Records, loans: Sequence[tuple[LoanBundle, Owned, str]]) -> None:
    """Parties, security with its valuations, and contacts of loans."""
    parties = [(row, owned) for bundle, owned, _ in loans for row in bundle.parties]
    for id, (party, owned) in zip(
        await next_ids("related_party", len(parties)), parties, strict=True
    ):
        made.add_party(records, id, party, owned)
    contacts = [(row, owned) for bundle, owned, _ in loans for row in bundle.contacts]
    for id, (contact, owned) in zip(
        await next_ids("contact_record", len(contacts)), contacts, strict=True
    ):
        made.add_contact(records, id, contact, owned)
    items = [(row, owned, money) for bundle, owned, money in loans for row in bundle.security]
    item_ids = await next_ids("security_item", len(items))
    item_of: dict[str, tuple[int, Owned, str]] = {}
    for id, (item, owned, currency) in zip(item_ids, items, strict=True):
        made.add_security(records, id, item, owned, currency)
        item_of[item.security_key] = (id, owned, currency)
    for bundle, _, _ in loans:
        for valuation in bundle.valuations:
            if found := item_of.get(valuation.security_key):
                id, owned, currency = found
                made.add_valuation(records, valuation, owned, id, currency)


def not_yet_known(bundle: LoanBundle, known: KnownLoan) -> LoanBundle:
    """The bundle without what the book has already, by the source system's keys."""
    items = [row for row in bundle.security if row.security_key not in known.security_keys]
    fresh = {row.security_key for row in items}
    return LoanBundle(
        key=bundle.key,
        parties=[
            r for r in bundle.parties if not r.party_key or r.party_key not in known.party_keys
        ],
        contacts=[
            r
            for r in bundle.contacts
            if not r.contact_key or r.contact_key not in known.contact_keys
        ],
        security=items,
        valuations=[row for row in bundle.valuations if row.security_key in fresh],
    )


async def _write_attached(
    records: Records, bundles: Sequence[CustomerBundle], customers: dict[str, int]
) -> None:
    parties = [(row, customers[b.key]) for b in bundles for row in b.parties]
    for id, (party, customer) in zip(
        await next_ids("related_party", len(parties)), parties, strict=True
    ):
        made.add_party(records, id, party, Owned(customer_id=customer))
    contacts = [(row, customers[b.key]) for b in bundles for row in b.contacts]
    for id, (contact, customer) in zip(
        await next_ids("contact_record", len(contacts)), contacts, strict=True
    ):
        made.add_contact(records, id, contact, Owned(customer_id=customer))


def _loan_bucket(bundle: CustomerBundle) -> int:
    return min((wanted.loan_bucket for wanted in bundle.wanted), default=0)


def _stub(bundle: CustomerBundle) -> rows.CustomerRow:
    """A borrower of whom the book says nothing but that he has a loan."""
    wanted = bundle.wanted[0]
    return rows.CustomerRow(
        wanted.file, wanted.line, bundle.key, None, "person", None, None, None, None, None, None,
        None, {},
    )  # fmt: skip
