"""The real book against its servicer's own month ends."""

import csv
import gzip
from datetime import date
from pathlib import Path

import pytest

from app import database as db
from app.actor import Actor
from app.operation.book.run import Report, import_book
from app.operation.check.run import check_book
from app.operation.models import ImportState

ROOT = Path(__file__).parents[4]
BOOK = ROOT.parent / "shared/data/fannie_mae"
MAPPING = ROOT / "docs/mappings/fannie_mae.toml"
SYSTEM = Actor.system("tests")

pytestmark = [
    pytest.mark.skipif(not BOOK.is_dir(), reason=f"the real book is not in {BOOK}"),
    pytest.mark.usefixtures("database"),
]


async def the_book() -> Report:
    return await import_book(SYSTEM, [BOOK], mapping_path=MAPPING)


async def test_the_files_come_in_as_they_are() -> None:
    report = await the_book()
    assert report.state is ImportState.done
    assert report.counts == {"loans": 177, "instalments": 9937, "payments": 9252, "events": 177}
    assert await db.value("SELECT count(*) FROM loan") == 177
    assert await db.value("SELECT count(*) FROM instalment") == 9937
    assert await db.value("SELECT count(*) FROM payment") == 9252
    assert await db.value("SELECT on_date FROM business_day") == date(2017, 12, 31)


async def test_month_ends_are_the_servicers() -> None:
    await the_book()
    agreed, differing = await _compared()
    assert agreed >= 9_843
    # The servicer's status of this loan jumps by sixteen months; see the data's README.
    assert set(differing) == {"100409171213"}
    assert len(differing) == 9_847 - agreed


async def test_all_truths_of_the_book_hold() -> None:
    await the_book()
    wrong = [looked.truth.name async for looked in check_book(whole=True) if looked.found.offenders]
    assert wrong == []


async def _compared() -> tuple[int, list[str]]:
    intervals = await db.rows(
        "SELECT source_number, from_on, to_on, loan_standing.overdue_since FROM loan_standing"
        " JOIN loan_directory USING (customer_id, loan_id)"
    )
    standing: dict[str, list[tuple[date, date, date | None]]] = {}
    for row in intervals:
        until = row["to_on"] or date.max
        standing.setdefault(row["source_number"], []).append(
            (row["from_on"], until, row["overdue_since"])
        )
    agreed, differing = 0, []
    with gzip.open(BOOK / "truth_month_status.csv.gz", "rt") as truth:
        for told in csv.DictReader(truth):
            if not told["months_delinquent_reported"]:
                continue
            on = date.fromisoformat(told["month_end"])
            since = next(s for f, u, s in standing[told["loan_id"]] if f <= on < u)
            days = (on - since).days if since else 0
            if days == int(told["dpd_days_month_end"]):
                agreed += 1
            else:
                differing.append(told["loan_id"])
    return agreed, differing
