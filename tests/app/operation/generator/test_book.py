import csv
import hashlib
from datetime import date
from pathlib import Path

import pytest

from app.collection.models import Stage
from app.operation.generator import book
from app.operation.generator.block import Wanted
from app.operation.generator.person import id_check_character
from app.operation.models import ImportState
from tests.app.operation.book import books

WANTED = Wanted(loans=300, seed=7, as_of=date(2026, 3, 15))


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        book.generate(WANTED, tmp_path / name)
    other = Wanted(loans=300, seed=8, as_of=WANTED.as_of)
    book.generate(other, tmp_path / "other")
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_how_many_processes_write_it_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted(loans=2_500, seed=7, as_of=WANTED.as_of)
    monkeypatch.setattr(book, "PART_LOANS", 1_000)
    book.generate(wanted, tmp_path / "one", processes=1)
    for part in (2, 0, 1):
        book.write_part(wanted, _made(tmp_path / "two"), part)
    (tmp_path / "two" / "book.toml").write_bytes((tmp_path / "one" / "book.toml").read_bytes())
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def test_people_pass_every_check_and_do_not_exist(tmp_path: Path) -> None:
    book.generate(WANTED, tmp_path)
    found = rows(tmp_path, "customers")
    chinese = [row for row in found if row["language"] == "zh"]
    assert len(chinese) < len(found)
    for row in chinese:
        assert row["phone"].startswith("154")
        assert len(row["phone"]) == 11
        assert row["id_number"].startswith("99")
        assert id_check_character(row["id_number"][:17]) == row["id_number"][17]
    assert len({row["phone"] for row in found}) == len(found)
    assert len({row["id_number"] for row in found}) == len(found)


def test_a_fixed_number_of_instalments(tmp_path: Path) -> None:
    book.generate(Wanted(loans=50, seed=1, as_of=WANTED.as_of, instalments=12), tmp_path)
    assert len(rows(tmp_path, "instalments")) == 600


@pytest.mark.usefixtures("database")
async def test_the_book_comes_in_and_a_believable_part_is_overdue(tmp_path: Path) -> None:
    wanted = Wanted(loans=1_000, seed=7, as_of=WANTED.as_of)
    book.generate(wanted, tmp_path / "book")
    report = await books.bring_in(tmp_path / "book")
    assert report.faults == []
    assert report.state is ImportState.done
    from app import database as db

    found = await db.rows(
        "SELECT bucket, count(*) AS loans FROM loan WHERE status = 'active' GROUP BY bucket"
    )
    open_loans = sum(row["loans"] for row in found)
    overdue = sum(row["loans"] for row in found if row["bucket"])
    assert 0.05 < overdue / open_loans < 0.12
    assert {row["bucket"] for row in found} >= {0, 1, 2, 7}
    stages = await db.rows(
        "SELECT stage, count(*) AS cases, count(last_contact_at) AS contacted,"
        " count(next_action_on) AS planned FROM collection_case GROUP BY stage"
    )
    assert {row["stage"] for row in stages} == set(Stage)
    assert all(row["planned"] == row["cases"] for row in stages)
    assert all(row["contacted"] == row["cases"] for row in stages if row["stage"] != "to_contact")
