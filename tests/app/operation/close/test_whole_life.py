"""The real book, lived through day by day: each payment on its day, each day closed."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import database as db
from app.actor import Actor
from app.loan import projection
from app.loan.models import LoanStatus
from app.loan.subject import LoanSubject
from app.operation.book.run import import_book
from app.operation.close.run import close_until
from tests.factories import set_business_date

ROOT = Path(__file__).parents[4]
BOOK = ROOT.parent / "shared/data/fannie_mae"
MAPPING = ROOT / "docs/mappings/fannie_mae.toml"
SYSTEM = Actor.system("tests")
DAY = timedelta(days=1)
# Most loans have been paid out by then; the slow test goes on to the end.
SHORT_LIFE = date(2007, 12, 31)

pytestmark = [
    pytest.mark.skipif(not BOOK.is_dir(), reason=f"the real book is not in {BOOK}"),
    pytest.mark.usefixtures("database"),
    pytest.mark.tampers,
]


async def test_first_months_day_by_day_is_the_servicers() -> None:
    life = await Life.of_the_book()
    agreed, differing = await life.lead_to(SHORT_LIFE)
    assert agreed == 877
    assert differing == []


@pytest.mark.slow
async def test_whole_life_day_by_day_is_the_servicers_and_the_imports() -> None:
    life = await Life.of_the_book()
    agreed, differing = await life.lead_to(life.end)
    assert agreed >= 9_843
    assert agreed + len(differing) == 9_847
    # The servicer's status of this loan jumps by sixteen months; see the data's README.
    assert set(differing) == {"100409171213"}
    assert await _intervals() == life.intervals


class Life:
    """The events of an imported book, taken out of it again to be booked one day at a time."""

    def __init__(self, end: date, intervals: list[tuple[Any, ...]]) -> None:
        self.end, self.intervals = end, intervals
        self.loans: dict[int, dict[str, Any]] = {}
        self.events: dict[date, list[dict[str, Any]]] = defaultdict(list)
        self.truth = _truth()

    @classmethod
    async def of_the_book(cls) -> "Life":
        await import_book(SYSTEM, [BOOK], mapping_path=MAPPING)
        life = cls(await db.value("SELECT on_date FROM business_day"), await _intervals())
        for loan in await db.rows("SELECT id, customer_id, currency, disbursed_on FROM loan"):
            life.loans[loan["id"]] = loan
        for event in await db.rows("SELECT * FROM loan_event WHERE kind <> 'opened' ORDER BY id"):
            life.events[event["value_on"]].append(event)
        await _rewind()
        return life

    async def lead_to(self, end: date) -> tuple[int, list[str]]:
        """Month ends that agree with the servicer, and the loans of those that do not."""
        on = min(loan["disbursed_on"] for loan in self.loans.values())
        await set_business_date(on)
        agreed, differing = 0, list[str]()
        while True:
            await self._live(on)
            if told := self.truth.get(on):
                wrong = _differing(told, await _days_past_due(on))
                agreed, differing = agreed + len(told) - len(wrong), differing + wrong
            if on >= end:
                return agreed, differing
            on += DAY
            await close_until(SYSTEM, on, sessions=1)

    async def _live(self, on: date) -> None:
        moved = {loan["id"]: 1 for loan in self.loans.values() if loan["disbursed_on"] == on}
        for event in self.events.get(on, []):
            await _book(event)
            moved[event["loan_id"]] = event["sequence"]
        for loan_id, event_count in moved.items():
            loan = LoanSubject(
                **self.loans[loan_id],
                status=LoanStatus.active,
                closed_on=None,
                event_count=event_count,
                version=0,
                business_date=on,
            )
            await projection.redraw(loan, event_count=event_count)


async def _rewind() -> None:
    """To the day before anything happened: loans that are not paid out yet wait for no date."""
    await db.rows("ALTER TABLE loan_event DISABLE TRIGGER USER")
    await db.rows("ALTER TABLE case_event DISABLE TRIGGER USER")
    for statement in (
        "DELETE FROM case_event",
        "DELETE FROM collection_case",
        "DELETE FROM payment",
        "DELETE FROM loan_event WHERE kind <> 'opened'",
        "DELETE FROM loan_standing",
        "UPDATE instalment SET principal_paid_minor = 0, interest_paid_minor = 0,"
        " fee_paid_minor = 0, settled_on = NULL",
        "UPDATE loan SET status = 'active', closed_on = NULL, overdue_minor = 0, bucket = 0,"
        " overdue_since = NULL, next_due_on = NULL, next_change_on = NULL",
        "UPDATE loan SET principal_left_minor = principal_minor, event_count = 1",
    ):
        await db.execute(statement)


async def _book(event: Mapping[str, Any]) -> None:
    columns = [name for name in event if name != "id"]
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    event_id = await db.value(
        f"INSERT INTO loan_event ({', '.join(columns)}) VALUES ({places}) RETURNING id",
        *(event[name] for name in columns),
    )
    if event["kind"] == "payment":
        await db.execute(
            "INSERT INTO payment (customer_id, loan_id, event_id, amount_minor, principal_minor,"
            " interest_minor, fee_minor, surplus_minor, value_on, booked_at, channel, reference)"
            " SELECT customer_id, loan_id, id, (payload ->> 'amount_minor')::bigint, 0, 0, 0,"
            " (payload ->> 'amount_minor')::bigint, value_on, booked_at, '', ''"
            " FROM loan_event WHERE id = $1",
            event_id,
        )


async def _days_past_due(on: date) -> dict[str, int]:
    found = await db.rows("SELECT source_number, overdue_since FROM loan")
    return {
        row["source_number"]: (on - row["overdue_since"]).days if row["overdue_since"] else 0
        for row in found
    }


def _differing(told: Mapping[str, int], days: Mapping[str, int]) -> list[str]:
    return [number for number, expected in told.items() if days[number] != expected]


async def _intervals() -> list[tuple[Any, ...]]:
    found = await db.rows(
        "SELECT loan_id, from_on, to_on, bucket, overdue_since, overdue_minor,"
        " principal_left_minor FROM loan_standing ORDER BY loan_id, from_on"
    )
    return [tuple(row.values()) for row in found]


def _truth() -> dict[date, dict[str, int]]:
    """By month end, the days past due of each loan that had a status."""
    found: dict[date, dict[str, int]] = defaultdict(dict)
    with gzip.open(BOOK / "truth_month_status.csv.gz", "rt") as lines:
        for told in csv.DictReader(lines):
            if told["months_delinquent_reported"]:
                on = date.fromisoformat(told["month_end"])
                found[on][told["loan_id"]] = int(told["dpd_days_month_end"])
    return found
