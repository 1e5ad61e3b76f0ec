"""How far a case had come at the lender's, and when its borrower was last spoken to."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app import database as db
from app.collection.actions import move_case
from app.collection.models import Stage
from app.collection.order import MoveCase
from app.operation.book.run import Report
from app.operation.models import ImportState
from tests import factories
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")

CASES = """\
customer_key,loan_key,stage,stage_since,opened_on,assignee,next_action_on
K1,,承诺还款,2026-03-02,2026-02-11,Ada@Lender.example,2026-03-20
,L3,contacted,,,Grace Hopper,
"""
CONTACTS = """\
contact_key,customer_key,loan_key,contacted_at,channel,outcome
T1,K1,,2026-03-01 14:30,call,no_answer
T2,,L1,2026-03-02 10:00,call,promised
T3,,L3,2025-12-20 09:15,sms,sent
"""


async def bring_in(folder: Path, **tables: str) -> Report:
    more = {f"{name}.csv": text for name, text in tables.items()}
    return await books.bring_in(books.write(folder, {**books.BOOK, **more}))


async def cases() -> list[dict[str, Any]]:
    return await db.rows(
        "SELECT stage, stage_since, opened_on, assignee_id, next_action_on, last_contact_at,"
        " version FROM collection_case ORDER BY customer_id"
    )


async def events() -> list[tuple[str, str, str]]:
    found = await db.rows(
        "SELECT kind, coalesce(from_stage, '') AS before, to_stage FROM case_event"
        " ORDER BY customer_id, id"
    )
    return [(row["kind"], row["before"], row["to_stage"]) for row in found]


async def by_name(name: str, email: str) -> int:
    id = await factories.make_user(name)
    await db.execute("UPDATE user_account SET email = $2 WHERE id = $1", id, email)
    return id


async def test_a_case_goes_on_where_the_lender_left_it(tmp_path: Path) -> None:
    ada = await by_name("Ada Lovelace", "ada@lender.example")
    grace = await by_name("Grace Hopper", "grace@lender.example")
    report = await bring_in(tmp_path / "book", cases=CASES, contacts=CONTACTS)
    assert report.faults == []
    assert report.counts["cases"] == 2
    assert sorted(await cases(), key=lambda case: case["stage"]) == [
        {
            "stage": "contacted",
            "stage_since": date(2026, 3, 15),
            "opened_on": date(2026, 3, 15),
            "assignee_id": grace,
            "next_action_on": None,
            "last_contact_at": datetime(2025, 12, 20, 1, 15, tzinfo=UTC),
            "version": 2,
        },
        {
            "stage": "promised",
            "stage_since": date(2026, 3, 2),
            "opened_on": date(2026, 2, 11),
            "assignee_id": ada,
            "next_action_on": date(2026, 3, 20),
            "last_contact_at": datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
            "version": 2,
        },
    ]
    assert sorted(await events()) == [
        ("moved", "to_contact", "contacted"),
        ("moved", "to_contact", "promised"),
        ("opened", "", "to_contact"),
        ("opened", "", "to_contact"),
    ]


async def test_a_case_is_no_younger_than_its_stay_in_a_column(tmp_path: Path) -> None:
    told = "customer_key,stage,stage_since\nK1,legal,2026-01-20\n"
    await bring_in(tmp_path / "book", cases=told)
    assert [
        (case["stage_since"], case["opened_on"])
        for case in await cases()
        if case["stage"] == "legal"
    ] == [(date(2026, 1, 20), date(2026, 1, 20))]


async def test_who_has_not_signed_in_yet_gets_no_case(tmp_path: Path) -> None:
    await bring_in(tmp_path / "book", cases=CASES)
    assert [case["assignee_id"] for case in await cases()] == [None, None]
    facts = await db.value(
        "SELECT body::jsonb -> 'facts' FROM audit_entry WHERE body LIKE '%strangers%'"
    )
    assert '"strangers": ["Ada@Lender.example", "Grace Hopper"]' in facts


async def test_a_name_that_two_share_is_nobodys(tmp_path: Path) -> None:
    for name in ("Grace Hopper", "Another"):
        await factories.make_user(name)
    await db.execute("UPDATE user_account SET name = 'Grace Hopper'")
    await bring_in(tmp_path / "book", cases=CASES)
    assert [case["assignee_id"] for case in await cases()] == [None, None]


async def test_what_people_decided_here_stays(tmp_path: Path) -> None:
    await bring_in(tmp_path / "book")
    case = await db.row(
        "SELECT customer_id, id AS case_id FROM collection_case WHERE overdue_loan_count = 2"
    )
    assert case is not None
    await move_case(books.SYSTEM, MoveCase(**case, stage=Stage.legal, expected_version=1))
    later = tmp_path / "later"
    assert (await books.bring_in(books.write(later, {"cases.csv": CASES}))).faults == []
    stages = {case["stage"]: case["version"] for case in await cases()}
    assert stages == {"legal": 2, "contacted": 2}


async def test_a_later_contact_is_told_to_the_open_case(tmp_path: Path) -> None:
    await bring_in(tmp_path / "book", contacts=CONTACTS)
    told = await db.value("SELECT max(id) FROM live_event")
    more = "contact_key,customer_key,contacted_at,channel\nT4,K2,2026-03-14 20:59,visit\n"
    await books.bring_in(books.write(tmp_path / "more", {"contacts.csv": more}))
    latest = max(case["last_contact_at"] for case in await cases())
    assert latest == datetime(2026, 3, 14, 12, 59, tzinfo=UTC)
    news = await db.rows("SELECT from_stage, to_stage FROM live_event WHERE id > $1", told)
    assert news == [{"from_stage": "to_contact", "to_stage": "to_contact"}]


async def test_a_borrower_who_owes_nothing_overdue_has_no_case(tmp_path: Path) -> None:
    payments = books.PAYMENTS + "P5,L3,2026-03-01,306.00,counter\n"
    report = await bring_in(tmp_path / "book", cases=CASES, payments=payments)
    assert report.state is ImportState.done
    assert [case["stage"] for case in await cases()] == ["promised"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("K9,,legal,,,,", "cases.csv:4:A customer_key CUSTOMER_UNKNOWN"),
        (",L9,legal,,,,", "cases.csv:4:B loan_key LOAN_UNKNOWN"),
        (",,legal,,,,", "cases.csv:4:B loan_key PARTY_NAMELESS"),
        ("K1,,legal,,,,,", "cases.csv:4:A customer_key KEY_DOUBLED"),
        ("K2,,promised,2026-03-16,,,", "cases.csv:4:D stage_since DATE_FUTURE"),
        ("K2,,promised,,2026-03-16,,", "cases.csv:4:E opened_on DATE_FUTURE"),
        ("K2,,lost,,,,", "cases.csv:4:C stage CODE_UNKNOWN"),
        ("K2,,,,,,", "cases.csv:4:C stage VALUE_MISSING"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_written(
    tmp_path: Path, row: str, told: str
) -> None:
    report = await bring_in(tmp_path / "book", cases=f"{CASES}{row}\n")
    assert books.told(report) == [told]
    assert report.state is ImportState.refused
    assert await db.value("SELECT count(*) FROM customer") == 0
    assert await cases() == []
