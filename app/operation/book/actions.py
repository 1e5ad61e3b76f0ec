"""The verbs of an import: ask, check, commit, write batch after batch, finish."""

from app import database
from app.actor import Actor
from app.collection.case import REFRESH_CASES, note_contacts, refresh_case
from app.errors import AfterloanError
from app.loan import projection
from app.loan.event import PaymentReversed
from app.loan.subject import LoanSubject
from app.operation.audit import actor_text
from app.operation.book import write
from app.operation.book.bucket import digest_of_bucket, judge_customers, judge_loans
from app.operation.book.bundle import LoanBundle
from app.operation.book.cases import take_over_bucket
from app.operation.book.draft import Addition, KnownLoan, number_events
from app.operation.book.errors import BookChanged, NotChecked
from app.operation.book.fault import Fault, Faults
from app.operation.book.judge import Judge
from app.operation.book.locks import (
    SpooledRun,
    WritingRun,
    hold_batch,
    hold_book,
    hold_files,
    lock_run,
    lock_spool,
)
from app.operation.book.manifest import Manifest, spool_folder
from app.operation.book.order import (
    AskImport,
    BatchWritten,
    CasesOpened,
    CheckConcluded,
    CommitImport,
    ConcludeCheck,
    FinishImport,
    ImportAsked,
    ImportCommitted,
    ImportFinished,
    OpenCases,
    WriteBatch,
)
from app.operation.book.places import Places, make_places, places_of
from app.operation.book.queries import has_loans, known_customers
from app.operation.book.records import Booking, Owned, Records, add_events
from app.operation.models import ImportProblem, ImportRun, ImportState
from app.permission import Permission
from app.verb import Work, verb

CASES_A_SLICE = 2_000
PROBLEMS_AT_ONCE = 500
NAME_CHARS_MAX = 200
# Batches are numbered through the sides, in the order in which they are written.
_SIDES = ("customer", "loan", "case")
_AGAIN = (ImportState.refused, ImportState.failed)


@verb("import.ask", permission=Permission.IMPORT_RUN, lock=hold_files)
async def ask_import(work: Work, subject: None, order: AskImport) -> ImportAsked:
    """The same files with the same mapping are the same import, whoever brings them."""
    digest = bytes.fromhex(order.digest)
    before = await ImportRun.filter(digest=digest).exclude(state__in=_AGAIN).order_by("id").first()
    if before is not None:
        return ImportAsked(run_id=before.id, state=before.state, is_known=True)
    run = await ImportRun.create(
        name=order.name[:NAME_CHARS_MAX],
        digest=digest,
        folder=order.folder,
        mapping=order.mapping,
        asked_by=actor_text(work.actor),
        asked_at=work.now,
    )
    if order.in_background:
        work.emit("book.check", run_id=run.id)
    return ImportAsked(run_id=run.id, state=run.state)


def may_conclude(actor: Actor, spooled: SpooledRun, order: ConcludeCheck) -> AfterloanError | None:
    return _unless(spooled.run, spooled.manifest, ImportState.checking)


@verb(
    "import.conclude_check",
    permission=Permission.IMPORT_RUN,
    lock=lock_spool,
    check=may_conclude,
)
async def conclude_check(work: Work, spooled: SpooledRun, order: ConcludeCheck) -> CheckConcluded:
    """Writes down what the check found; the faults themselves lie beside the spooled rows."""
    run, manifest = spooled
    assert manifest is not None, "checked: a check ends with its manifest"
    faults = sum(manifest.fault_counts.values())
    rows = sum(manifest.counts.values())
    state = ImportState.refused if faults else ImportState.checked
    await ImportProblem.filter(import_run_id=run.id).delete()
    await ImportProblem.bulk_create(
        [_problem(run.id, fault) for fault in manifest.faults], batch_size=PROBLEMS_AT_ONCE
    )
    await ImportRun.filter(id=run.id).update(
        state=state,
        error_count=faults,
        rows_total=rows,
        rows_done=0,
        counts=manifest.counts,
        finished_at=work.now if faults else None,
    )
    work.note(faults=manifest.fault_counts, rows=manifest.counts)
    return CheckConcluded(state=state, faults=faults, rows=rows)


def may_commit(actor: Actor, spooled: SpooledRun, order: CommitImport) -> AfterloanError | None:
    states = (ImportState.checked, ImportState.writing, ImportState.failed)
    return _unless(spooled.run, spooled.manifest, *states)


@verb("import.commit", permission=Permission.IMPORT_RUN, lock=lock_spool, check=may_commit)
async def commit_import(work: Work, spooled: SpooledRun, order: CommitImport) -> ImportCommitted:
    """From here on batches are written. An empty book takes over the files' own last day."""
    run, manifest = spooled
    assert manifest is not None, "checked: only what was spooled is written"
    as_of = manifest.book.as_of
    if as_of is not None and not await has_loans():
        await database.execute(
            "UPDATE business_day SET on_date = $1, opened_at = $2 WHERE id = 1", as_of, work.now
        )
        work.note(business_date=as_of)
    await make_places(manifest.named)
    await ImportRun.filter(id=run.id).update(state=ImportState.writing, failure="")
    if order.in_background:
        work.emit("book.write", run_id=run.id)
    return ImportCommitted(state=ImportState.writing)


def may_write(
    actor: Actor, writing: WritingRun, order: WriteBatch | OpenCases
) -> AfterloanError | None:
    return _unless(writing.run, writing.manifest, ImportState.writing)


@verb("import.write", permission=Permission.IMPORT_RUN, lock=hold_book, check=may_write)
async def write_batch(work: Work, writing: WritingRun, order: WriteBatch) -> BatchWritten:
    """One bucket in one transaction, by COPY. Written once, however often it is asked for."""
    run, manifest, on = writing
    assert manifest is not None, "checked: only what was spooled is written"
    number = order.bucket + manifest.buckets * _SIDES.index(order.side)
    digest = digest_of_bucket(spool_folder(run.id), order.side, order.bucket)
    await hold_batch(run.id, number)
    # Of other rows than these it says nothing: they may have been spread differently before.
    done = await database.value(
        "SELECT row_count FROM import_batch"
        " WHERE import_run_id = $1 AND number = $2 AND digest = $3",
        run.id, number, digest,
    )  # fmt: skip
    if done is not None:
        return BatchWritten(rows=done, was_there=True)
    booking = Booking(business_date=on, at=work.now, audit_id=work.audit_id)
    judge = manifest.judge()
    judge.today = on
    places = await places_of(manifest.named)
    if order.side == "customer":
        rows, records = await _write_customers(judge, order, places, booking)
    elif order.side == "case":
        rows, records = await _take_over_cases(work, order)
    else:
        rows, records = await _write_loans(work, judge, order, places, booking)
    await database.execute(
        "INSERT INTO import_batch (import_run_id, number, digest, row_count, written_at, audit_id)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (import_run_id, number) DO UPDATE"
        " SET digest = $3, row_count = $4, written_at = $5, audit_id = $6",
        run.id, number, digest, rows, work.now, work.audit_id,
    )  # fmt: skip
    # Last: the two writers of a run wait for each other here only.
    await database.execute(
        "UPDATE import_run SET rows_done = rows_done + $2 WHERE id = $1", run.id, rows
    )
    written = {table: len(found) for table, found in records.of.items() if found}
    work.note(rows=rows, digest=digest.hex(), written=written)
    return BatchWritten(rows=rows)


@verb("import.open_cases", permission=Permission.IMPORT_RUN, lock=hold_book, check=may_write)
async def open_cases(work: Work, writing: WritingRun, order: OpenCases) -> CasesOpened:
    """A case for every borrower who came in overdue; those who have theirs stay as they are."""
    found = await database.rows(
        "SELECT DISTINCT customer_id FROM loan WHERE overdue_since IS NOT NULL AND customer_id > $1"
        " ORDER BY customer_id LIMIT $2",
        order.after_customer_id, CASES_A_SLICE,
    )  # fmt: skip
    ids = [row["customer_id"] for row in found]
    changed = await database.rows(
        REFRESH_CASES, ids, writing.on, work.now, actor_text(work.actor), work.audit_id
    )
    await note_contacts(work, ids)
    next_after = ids[-1] if len(ids) == CASES_A_SLICE else None
    work.note(borrowers=len(ids), changed=len(changed))
    return CasesOpened(changed=len(changed), next_after=next_after)


def may_finish(actor: Actor, run: ImportRun, order: FinishImport) -> AfterloanError | None:
    return None if run.state is ImportState.writing else NotChecked(state=run.state.value)


@verb("import.finish", permission=Permission.IMPORT_RUN, lock=lock_run, check=may_finish)
async def finish_import(work: Work, run: ImportRun, order: FinishImport) -> ImportFinished:
    rows = await database.value(
        "SELECT coalesce(sum(row_count), 0)::bigint FROM import_batch WHERE import_run_id = $1",
        run.id,
    )
    await ImportRun.filter(id=run.id).update(
        state=ImportState.done, finished_at=work.now, rows_done=run.rows_total
    )
    return ImportFinished(rows=rows)


async def _write_customers(
    judge: Judge, order: WriteBatch, places: Places, booking: Booking
) -> tuple[int, Records]:
    found = await judge_customers(judge, spool_folder(order.run_id), order.bucket)
    _refuse_changed(judge.faults)
    records = await write.write_customers(found.bundles, found.known, places, booking)
    return found.row_count, records


async def _take_over_cases(work: Work, order: WriteBatch) -> tuple[int, Records]:
    """Its rows were counted beside their borrowers."""
    found = await take_over_bucket(work, spool_folder(order.run_id), order.bucket)
    work.note(cases=found.told, taken_over=found.taken, strangers=found.strangers)
    return 0, Records()


async def _write_loans(
    work: Work, judge: Judge, order: WriteBatch, places: Places, booking: Booking
) -> tuple[int, Records]:
    found = await judge_loans(judge, spool_folder(order.run_id), order.bucket)
    _refuse_changed(judge.faults)
    rows = [draft.row for draft in found.drafts]
    customers = await known_customers({row.customer_key for row in rows if row.customer_key})
    records = await write.write_loans(found.drafts, customers, places, booking)
    await _write_around_known(found.additions)
    for _, known, additions in found.additions:
        if additions:
            await _add(work, known, additions, booking)
    return found.row_count, records


async def _write_around_known(
    found: list[tuple[LoanBundle, KnownLoan, list[Addition]]],
) -> None:
    around = Records()
    await write.write_around(
        around,
        [
            (
                write.not_yet_known(bundle, known),
                Owned(customer_id=known.customer_id, loan_id=known.id),
                known.currency,
            )
            for bundle, known, _ in found
        ],
    )
    await write.copy(around)


async def _add(work: Work, known: KnownLoan, additions: list[Addition], booking: Booking) -> None:
    """As the verbs do it, one loan after the other: its row is locked, its events are added, what
    follows from them is drawn anew."""
    locked = await database.row(
        "SELECT event_count, version FROM loan WHERE customer_id = $1 AND id = $2 FOR UPDATE",
        known.customer_id, known.id,
    )  # fmt: skip
    assert locked is not None
    events, payments = number_events(additions, locked["event_count"] + 1)
    ids = await write.next_ids("loan_event", len(events))
    records = Records()
    add_events(records.of, events, (known.customer_id, known.id), booking, ids)
    id_of = {event.sequence: id for event, id in zip(events, ids, strict=True)}
    for sequence, row in payments.items():
        reversal = next(
            (e for e in events if getattr(e.payload, "payment_sequence", None) == sequence), None
        )
        records.of["payment"].append(
            (
                known.customer_id, known.id, id_of[sequence],
                None if reversal is None else id_of[reversal.sequence], row.amount_minor, 0, 0, 0,
                row.amount_minor, row.paid_on, booking.at, row.channel or "",
                row.payment_key or "",
            )
        )  # fmt: skip
    await write.copy(records)
    for event, event_id in zip(events, ids, strict=True):
        if isinstance(event.payload, PaymentReversed):
            await _mark_reversed(known, event.payload.payment_sequence, event_id)
    loan = LoanSubject(
        id=known.id,
        customer_id=known.customer_id,
        currency=known.currency,
        disbursed_on=known.disbursed_on,
        status=known.status,
        closed_on=known.closed_on,
        event_count=locked["event_count"],
        version=locked["version"],
        business_date=booking.business_date,
    )
    await projection.redraw(loan, event_count=locked["event_count"] + len(events))
    await refresh_case(work, known.customer_id)


async def _mark_reversed(known: KnownLoan, sequence: int, reversal_id: int) -> None:
    """Whether the payment came just now or was in the book before."""
    await database.execute(
        "UPDATE payment SET reversal_event_id = $4"
        " FROM loan_event WHERE payment.customer_id = $1 AND payment.loan_id = $2"
        " AND loan_event.customer_id = $1 AND loan_event.loan_id = $2"
        " AND loan_event.sequence = $3 AND payment.event_id = loan_event.id",
        known.customer_id, known.id, sequence, reversal_id,
    )  # fmt: skip


def _unless(run: ImportRun, manifest: Manifest | None, *states: ImportState) -> NotChecked | None:
    if run.state in states and manifest is not None:
        return None
    return NotChecked(state=run.state.value)


def _refuse_changed(faults: Faults) -> None:
    if faults:
        raise BookChanged(first=faults.sorted()[0].line("en"))


def _problem(run_id: int, fault: Fault) -> ImportProblem:
    place = fault.place
    return ImportProblem(
        import_run_id=run_id,
        file=place.file[:NAME_CHARS_MAX],
        line=place.line,
        column=place.column[:120],
        code=fault.code,
        facts={**fault.facts, "value": fault.value, "position": place.position},
    )
