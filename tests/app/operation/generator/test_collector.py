"""Whole books, and what must hold of everything that was said in them."""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from app.identity.provider.people import EVERYBODY
from app.operation.generator import book
from app.operation.generator.block import Wanted

AS_OF = date(2026, 3, 15)
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("book")
    book.generate(Wanted(loans=3_000, seed=7, as_of=AS_OF), made)
    return made


@pytest.fixture(scope="module")
def contacts(folder: Path) -> Rows:
    return rows(folder, "contacts")


@pytest.fixture(scope="module")
def cases(folder: Path) -> Rows:
    return rows(folder, "cases")


def rows(folder: Path, table: str) -> Rows:
    with (folder / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def moment(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(row["contacted_at"])


def test_nobody_is_disturbed_at_night_or_twice_a_day(contacts: Rows) -> None:
    assert len(contacts) > 3_000
    assert {row["contacted_at"][11:13] for row in contacts} <= {f"{h:02d}" for h in range(8, 21)}
    a_day = Counter((row["customer_key"], row["contacted_at"][:10]) for row in contacts)
    assert set(a_day.values()) == {1}


def test_nothing_was_said_after_the_books_last_day(contacts: Rows) -> None:
    assert max(moment(row).date() for row in contacts) == AS_OF


def test_each_record_has_its_own_key(contacts: Rows) -> None:
    assert len({row["contact_key"] for row in contacts}) == len(contacts)


def test_only_who_was_late_was_called(folder: Path, contacts: Rows) -> None:
    """Whoever paid every instalment by its day was never spoken to."""
    owner = {row["loan_key"]: row["customer_key"] for row in rows(folder, "loans")}
    paid: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in rows(folder, "payments"):
        paid[row["loan_key"]].append((row["paid_on"], float(row["amount"])))
    owed: Counter[str] = Counter()
    late = set()
    for row in rows(folder, "instalments"):
        key = row["loan_key"]
        owed[key] += round(100 * (float(row["principal"]) + float(row["interest"])))
        brought = sum(round(100 * amount) for on, amount in paid[key] if on <= row["due_on"])
        if row["due_on"] < str(AS_OF) and brought < owed[key]:
            late.add(owner[key])
    called = {row["customer_key"] for row in contacts}
    assert called <= late
    assert len(called) > 0.7 * len(late)


def test_a_word_is_given_and_is_kept_or_broken(folder: Path, contacts: Rows) -> None:
    promised = [row for row in contacts if row["outcome"] == "promised"]
    assert all("承诺" in row["note"] or row["channel"] == "visit" for row in promised)
    broken = sum("未兑现" in row["note"] for row in contacts)
    owner = {row["loan_key"]: row["customer_key"] for row in rows(folder, "loans")}
    paid = {(owner[row["loan_key"]], row["paid_on"]) for row in rows(folder, "payments")}
    kept = sum(
        any(
            (row["customer_key"], str(moment(row).date() + timedelta(days=day))) in paid
            for day in range(7)
        )
        for row in promised
    )
    assert kept > 0.2 * len(promised)
    assert broken > 0.05 * len(promised)


def test_who_is_later_is_called_more_often(contacts: Rows, cases: Rows) -> None:
    """Per open case: those at law were spoken to more often than those who are new."""
    stage = {row["customer_key"]: row["stage"] for row in cases}
    said = Counter(stage[key] for row in contacts if (key := row["customer_key"]) in stage)
    each = {name: said[name] / count for name, count in Counter(stage.values()).items()}
    assert each["to_contact"] < each["contacted"] < each["negotiating"] < each["legal"]


def test_cases_stand_in_all_columns_since_some_day(folder: Path, cases: Rows) -> None:
    count = Counter(row["stage"] for row in cases)
    assert set(count) == {"to_contact", "contacted", "promised", "negotiating", "legal"}
    assert min(count.values()) > 0.05 * len(cases)
    assert max(count.values()) < 0.5 * len(cases)
    assert all(row["stage_since"] <= str(AS_OF) < row["next_action_on"] or
               row["next_action_on"] == str(AS_OF) for row in cases)  # fmt: skip


def test_cases_belong_to_people_of_the_borrowers_team(folder: Path, cases: Rows) -> None:
    place = {person.email: person.place for person in EVERYBODY}
    team = {row["customer_key"]: row["team"] for row in rows(folder, "customers")}
    given = [row for row in cases if row["assignee"]]
    assert 0.7 * len(cases) < len(given) < len(cases)
    assert all(place[row["assignee"]] == team[row["customer_key"]] for row in given)
    assert {row["assignee"] for row in given} >= {"he.wei@lender.example"}


def test_what_is_promised_follows_the_word(contacts: Rows, cases: Rows) -> None:
    """The column of a case is what was said last."""
    last = {row["customer_key"]: row for row in contacts}
    for row in cases:
        if row["stage"] == "promised":
            talk = last[row["customer_key"]]
            assert (talk["outcome"], talk["contacted_at"][:10]) == ("promised", row["stage_since"])
        if row["stage"] == "to_contact" and row["customer_key"] in last:
            talked = last[row["customer_key"]]
            assert talked["contacted_at"][:10] < row["stage_since"] or talked["outcome"] in (
                "no_answer", "third_party", "wrong_number", "sent", "delivered",
            )  # fmt: skip
