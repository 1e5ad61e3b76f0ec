"""The first walk through a book: every line is judged by itself and put where it belongs."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from pathlib import Path

import msgspec

from app.operation.book import rows
from app.operation.book.crew import crew
from app.operation.book.fault import Fault, Faults, Place
from app.operation.book.files import BookFiles
from app.operation.book.places import Named
from app.operation.book.reading import TableFile, open_table
from app.operation.book.spool import BUCKETS_MAX, Spool, bucket_of

# What one bucket should hold, measured in the files: some four thousand loans with their payments.
BUCKET_BYTES = 4_000_000
# Below this a second process costs more than it brings.
PARALLEL_BYTES = 20_000_000
# gzip makes such files about so many times smaller.
GZIP_FACTOR = 8
STUB_PREFIX = "loan:"


class Heading(msgspec.Struct, frozen=True):
    name: str
    position: int


class Gathered(msgspec.Struct, kw_only=True):
    """What the first walk found, as small as a process can hand it over."""

    counts: dict[str, int] = {}
    faults: list[Fault] = []
    fault_counts: dict[str, int] = {}
    # file number → field → its column.
    headings: dict[int, dict[str, Heading]] = {}
    named: Named = msgspec.field(default_factory=Named)


def bucket_count(files: BookFiles) -> int:
    """By the size of the files alone, so that a second run spreads the rows alike."""
    return min(max(1, round(_bytes(files.files) / BUCKET_BYTES)), BUCKETS_MAX)


def gather(files: BookFiles, folder: Path, told: Callable[[int], None] | None = None) -> Gathered:
    """Fills the spool in `folder`. `told` hears the bytes that are through."""
    tasks = _tasks(files)
    buckets, has_customers = bucket_count(files), bool(files.of("customers"))
    whole = Gathered()
    works = [(task, folder, number, buckets, has_customers) for number, task in enumerate(tasks)]
    if _bytes(files.files) < PARALLEL_BYTES or len(tasks) == 1:
        for work in works:
            _take(whole, gather_files(*work))
            if told:
                told(_bytes(work[0]))
        return whole
    with crew() as pool:
        jobs = {pool.submit(gather_files, *work): work for work in works}
        for job in as_completed(jobs):
            _take(whole, job.result())
            if told:
                told(_bytes(jobs[job][0]))
    return whole


def gather_files(
    files: Sequence[TableFile], folder: Path, writer: int, buckets: int, has_customers: bool
) -> Gathered:
    """One process's share. Files of one task share what they must know of each other."""
    spool, faults, counts = Spool(folder, writer, buckets), Faults(), Counter[str]()
    router = _Router(spool, faults, files, has_customers)
    headings: dict[int, dict[str, Heading]] = {}
    for file in files:
        reader = open_table(file, faults)
        if reader is None:
            continue
        headings[file.number] = {name: Heading(*at) for name, at in reader.places.items()}
        router.headings = headings
        for row in reader.rows():
            if not isinstance(row, rows.FaultyRow):
                counts[file.table.name] += 1
            router.put(row)
    spool.close()
    return Gathered(
        counts=dict(counts),
        faults=faults.kept,
        fault_counts=dict(faults.counts),
        headings=headings,
        named=router.named,
    )


class _Router:
    """Says where a row belongs. Security is known by its own key, its valuations by that one."""

    def __init__(
        self, spool: Spool, faults: Faults, files: Sequence[TableFile], has_customers: bool
    ) -> None:
        self.spool, self.faults, self.has_customers = spool, faults, has_customers
        self.names = {file.number: file.path.name for file in files}
        self.headings: dict[int, dict[str, Heading]] = {}
        self.loan_of_security: dict[str, str] = {}
        self.named = Named()
        self.currency = files[0].book.currency

    def put(self, row: rows.Row) -> None:
        match row:
            case rows.InstalmentRow() | rows.PaymentRow():
                self.spool.put("loan", row.loan_key, row)
            case rows.EventRow():
                if row.kind != "ignore":
                    self.spool.put("loan", row.loan_key, row)
            case rows.LoanRow():
                self._put_loan(row)
            case rows.CustomerRow():
                self.named.add_customer(row)
                self.spool.put("customer", row.customer_key, row)
            case rows.SecurityRow():
                self.loan_of_security[row.security_key] = row.loan_key
                self.spool.put("loan", row.loan_key, row)
            case rows.ValuationRow():
                self._put_valuation(row)
            case rows.PartyRow() | rows.ContactRow():
                self._put_attached(row)
            case rows.CaseRow():
                # Beside its borrower it is judged; by itself it is written, after the loans.
                self._put_attached(row)
                self.spool.put("case", row.customer_key or row.loan_key or "", row)
            case rows.FaultyRow():
                if row.loan_key is not None:
                    self.spool.put("loan", row.loan_key, row)
                if row.customer_key is not None:
                    self.spool.put("customer", row.customer_key, row)

    def _put_loan(self, row: rows.LoanRow) -> None:
        """Every loan asks for its borrower; where the book has none, one is made up for it."""
        self.named.add_loan(row, self.currency)
        if row.customer_key is None:
            row.customer_key = STUB_PREFIX + row.loan_key
        is_stub = not self.has_customers or row.customer_key.startswith(STUB_PREFIX)
        bucket = bucket_of(row.loan_key, self.spool.buckets)
        wanted = rows.WantedCustomerRow(row.file, row.line, row.customer_key, is_stub, bucket)
        self.spool.put("customer", row.customer_key, wanted)
        self.spool.put("loan", row.loan_key, row)

    def _put_valuation(self, row: rows.ValuationRow) -> None:
        loan_key = self.loan_of_security.get(row.security_key)
        if loan_key is None:
            self._tell("SECURITY_UNKNOWN", row, "security_key", row.security_key)
        else:
            self.spool.put("loan", loan_key, row)

    def _put_attached(self, row: rows.PartyRow | rows.ContactRow | rows.CaseRow) -> None:
        if row.loan_key is not None:
            self.spool.put("loan", row.loan_key, row)
        elif row.customer_key is not None:
            self.spool.put("customer", row.customer_key, row)
        else:
            self._tell("PARTY_NAMELESS", row, "loan_key", "")

    def _tell(self, code: str, row: rows.Row, field: str, value: str) -> None:
        heading = self.headings[row.file].get(field, Heading(field, 1))
        place = Place(
            file=self.names[row.file],
            line=row.line,
            column=heading.name,
            position=heading.position,
        )
        self.faults.add(code, place, value)


def _tasks(files: BookFiles) -> list[list[TableFile]]:
    """Large ones first; security and its valuations belong together."""
    together = files.of("security", "security_valuations")
    single = [[file] for file in files.files if file not in together]
    tasks = [*single, together] if together else single
    return sorted(tasks, key=_bytes, reverse=True)


def _bytes(files: Sequence[TableFile]) -> int:
    return sum(
        file.path.stat().st_size * (GZIP_FACTOR if file.path.suffix == ".gz" else 1)
        for file in files
    )


def _take(whole: Gathered, part: Gathered) -> None:
    whole.counts = dict(Counter(whole.counts) + Counter(part.counts))
    whole.faults += part.faults
    whole.fault_counts = dict(Counter(whole.fault_counts) + Counter(part.fault_counts))
    whole.headings |= part.headings
    whole.named.merge(part.named)
