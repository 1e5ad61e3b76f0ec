"""A book from its files to its checks, as an operator does it."""

import shutil
from pathlib import Path

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from app import database as asking
from app.command.known_mapping import KNOWN, known_mapping
from tests.app.command.shell import afterloan

LOANS = 100


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    wanted = ("--loans", str(LOANS), "--seed", "417", "--as-of", "2026-09-30")
    assert afterloan("generate", *wanted, "--out", str(folder)).returncode == 0
    return folder


async def counted(table: str) -> int:
    found: int = await asking.value(f"SELECT count(*) FROM {table}")
    return found


async def test_in_once_closed_and_checked(database: BaseDBAsyncClient, book: Path) -> None:
    done = afterloan("import", str(book))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Brought in: ")
    assert f"{LOANS} loans" in done.stdout
    assert await counted("loan") == LOANS
    payments = await counted("payment")

    again = afterloan("import", str(book))
    assert again.returncode == 0
    assert again.stdout.startswith("Nothing new: ")
    assert (await counted("loan"), await counted("payment")) == (LOANS, payments)

    closed = afterloan("close", "--to", "2026-10-02")
    assert closed.returncode == 0, closed.stderr
    days = closed.stdout.splitlines()
    assert [day.split()[0] for day in days[:-1]] == ["2026-10-01", "2026-10-02"]
    assert days[-1] == "The business date is 2026-10-02."

    checked = afterloan("check", "--whole")
    assert checked.returncode == 0, checked.stdout
    assert ", 0 do not," in checked.stdout.splitlines()[-1]


async def test_check_only_writes_nothing(database: BaseDBAsyncClient, book: Path) -> None:
    done = afterloan("import", str(book), "--check-only")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Without a fault: ")
    assert await counted("loan") == 0


@pytest.fixture
def broken(book: Path, tmp_path: Path) -> Path:
    """The same book with two amounts that are no numbers."""
    folder = Path(shutil.copytree(book, tmp_path / "broken"))
    lines = (folder / "payments.csv").read_text().splitlines(keepends=True)
    at = lines[0].strip().split(",").index("amount")
    for number in (1, 3):
        cells = lines[number].rstrip("\n").split(",")
        cells[at] = "NaN"
        lines[number] = ",".join(cells) + "\n"
    (folder / "payments.csv").write_text("".join(lines))
    return folder


async def test_every_fault_is_told_and_nothing_written(
    database: BaseDBAsyncClient, broken: Path
) -> None:
    done = afterloan("import", str(broken))
    assert done.returncode == 1
    assert "payments.csv:2:" in done.stderr
    assert "payments.csv:4:" in done.stderr
    assert "2 faults. Nothing was written." in done.stderr
    assert await counted("loan") == 0


async def test_a_broken_truth_fails(database: BaseDBAsyncClient, book: Path) -> None:
    assert afterloan("import", str(book)).returncode == 0
    loan = await asking.row("SELECT customer_id, id FROM loan ORDER BY id LIMIT 1")
    assert loan is not None
    await asking.execute(
        "UPDATE loan SET event_count = event_count + 1 WHERE customer_id = $1 AND id = $2",
        loan["customer_id"], loan["id"],
    )  # fmt: skip
    done = afterloan("check")
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
    named = {line.split()[4]: line for line in wrong}
    assert named["events_counted"].split()[1] == "1"
    assert named["events_counted"].endswith(f"such as {loan['id']}")


def test_a_known_export_needs_no_mapping_named(tmp_path: Path) -> None:
    for name in ("loans.csv", "instalments.csv.gz", "payments.csv.gz", "events.csv"):
        (tmp_path / f"in_{name}").touch()
    assert known_mapping(tmp_path) == KNOWN / "fannie_mae.toml"
    (tmp_path / "in_loans.csv").unlink()
    assert known_mapping(tmp_path) is None


def test_a_book_that_brings_its_mapping_keeps_it(book: Path) -> None:
    assert known_mapping(book) is None
