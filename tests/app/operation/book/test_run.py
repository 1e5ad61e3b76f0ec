import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from app import database as db
from app.customer.search_key import keys_of
from app.errors import Forbidden
from app.operation.book import share
from app.operation.book.manifest import (
    load_manifest,
    make_spool,
    run_folder,
    save_manifest,
    spool_folder,
)
from app.operation.book.run import import_book
from app.operation.models import ImportState
from app.permission import Role
from app.personal import Sealed
from tests import factories
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")
COUNTED = ("customer", "loan", "loan_event", "instalment", "payment", "loan_standing")


async def counts() -> dict[str, int]:
    return {table: await db.value(f"SELECT count(*) FROM {table}") for table in COUNTED}


async def test_a_book_comes_in(tmp_path: Path) -> None:
    report = await books.bring_in(books.write(tmp_path / "book"))
    assert report.state is ImportState.done
    assert report.counts == {"customers": 2, "loans": 3, "instalments": 3, "payments": 4}
    assert await counts() == {
        "customer": 2, "loan": 3, "loan_event": 7, "instalment": 18, "payment": 4,
        "loan_standing": await db.value("SELECT count(*) FROM loan_standing"),
    }  # fmt: skip
    assert await db.value("SELECT on_date FROM business_day") == date(2026, 3, 15)
    loan = await db.row("SELECT * FROM loan WHERE source_number = 'L3'")
    assert loan is not None
    assert (loan["principal_minor"], loan["annual_rate"]) == (90000, Decimal(0))
    assert (loan["overdue_since"], loan["overdue_minor"]) == (date(2026, 2, 15), 30600)
    assert (loan["bucket"], loan["next_due_on"]) == (1, date(2026, 3, 15))


async def test_a_borrower_is_found_by_every_key_and_kept_encrypted(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    for key in (
        keys_of(name="林思远") + keys_of(phone="15400000001") + keys_of(email="k1@example.com")
    ):
        found = await db.value(
            "SELECT customer_id FROM customer_key WHERE kind = $1 AND digest = $2", *key
        )
        row = await db.row("SELECT * FROM customer WHERE id = $1", found)
        assert row is not None
        assert Sealed(row["name"]).open("customer", "name", row["id"]) == "林思远"
        assert "林".encode() not in row["name"]


async def test_borrowers_sit_in_their_branches_and_teams(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    places = await db.rows(
        "SELECT branch.code AS branch, team.code AS team FROM customer"
        " JOIN branch ON branch.id = branch_id JOIN team ON team.id = team_id ORDER BY team.code"
    )
    assert places == [
        {"branch": "hangzhou", "team": "east-1"},
        {"branch": "hangzhou", "team": "east-2"},
    ]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("", None),
        ('team = "first"', {"branch": "first", "team": "first"}),
        ('branch = "HQ"\nteam = "first"', {"branch": "HQ", "team": "first"}),
        ('branch = "HQ"', {"branch": "HQ", "team": None}),
    ],
)
async def test_borrowers_without_a_place_sit_where_the_mapping_says(
    tmp_path: Path, said: str, place: dict[str, str | None] | None
) -> None:
    files = {name: text for name, text in books.BOOK.items() if name != "customers.csv"}
    folder = books.write(tmp_path / "book", files)
    (folder / "book.toml").write_text(f"{books.BOOK_TOML}{said}\n")
    await books.bring_in(folder)
    places = await db.rows(
        "SELECT DISTINCT branch.code AS branch, team.code AS team FROM customer"
        " LEFT JOIN branch ON branch.id = branch_id LEFT JOIN team ON team.id = team_id"
    )
    assert places == [place or {"branch": None, "team": None}]
    cases = await db.value("SELECT count(*) FROM collection_case WHERE branch_id IS NOT NULL")
    assert bool(cases) is bool(place)


async def test_overdue_borrowers_have_a_case(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    cases = await db.rows("SELECT overdue_loan_count FROM collection_case ORDER BY customer_id")
    assert sorted(case["overdue_loan_count"] for case in cases) == [1, 2]


async def test_a_batch_is_one_audit_entry_with_the_digest_of_its_rows(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    batches = await db.rows("SELECT digest, audit_id, row_count FROM import_batch ORDER BY number")
    assert [batch["row_count"] for batch in batches] == [2, 10]
    assert await db.value("SELECT rows_total FROM import_run") == 12
    for batch in batches:
        body = await db.value("SELECT body FROM audit_entry WHERE id = $1", batch["audit_id"])
        assert msgspec.json.decode(body)["facts"]["digest"] == batch["digest"].hex()
    assert await db.value("SELECT count(DISTINCT audit_id) FROM loan_event") == 1


async def test_the_same_files_twice_have_one_effect(tmp_path: Path) -> None:
    folder = books.write(tmp_path / "book")
    first = await books.bring_in(folder)
    before = await counts()
    again = await books.bring_in(folder)
    assert (again.run_id, again.was_there) == (first.run_id, True)
    assert await counts() == before


async def test_other_files_with_the_same_rows_change_nothing(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    before = await counts()
    turned = "\n".join(books.PAYMENTS.splitlines()[:1] + books.PAYMENTS.splitlines()[:0:-1])
    report = await books.bring_in(books.write(tmp_path / "again", payments=turned))
    assert (report.state, report.was_there) == (ImportState.done, False)
    assert await counts() == before


async def test_payments_alone_are_added_to_loans_of_the_book(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    more = books.PAYMENTS + "P5,L3,2026-03-01,306.00,counter\n"
    folder = books.write(tmp_path / "more", {"payments-2.csv": more})
    report = await books.bring_in(folder)
    assert report.state is ImportState.done
    loan = await db.row("SELECT overdue_minor, event_count FROM loan WHERE source_number = 'L3'")
    assert loan == {"overdue_minor": 0, "event_count": 3}
    assert await db.value("SELECT count(*) FROM payment") == 5
    closed = await db.rows("SELECT close_reason FROM collection_case WHERE closed_on IS NOT NULL")
    assert closed == [{"close_reason": "cured"}]


async def test_payments_without_keys_are_told_apart_by_day_and_amount(tmp_path: Path) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    bare = "loan_key,paid_on,amount\nL2,2025-12-01,50.00\nL2,2025-12-01,50.00\n"
    await books.bring_in(books.write(tmp_path / "one", {"payments.csv": bare}))
    again = bare + "L2,2025-12-01,50.00\n"
    await books.bring_in(books.write(tmp_path / "two", {"payments.csv": again}))
    found = await db.value("SELECT count(*) FROM payment WHERE amount_minor = 5000")
    assert found == 3


async def test_checking_writes_nothing(tmp_path: Path) -> None:
    folder = books.write(tmp_path / "book")
    report = await books.bring_in(folder, check_only=True)
    assert report.state is ImportState.checked
    assert set((await counts()).values()) == {0}
    assert (await books.bring_in(folder)).state is ImportState.done


async def test_one_fault_keeps_the_whole_book_out(tmp_path: Path) -> None:
    faulty = books.PAYMENTS.replace("2026-01-05", "2026-02-30")
    report = await books.bring_in(books.write(tmp_path / "book", payments=faulty))
    assert report.state is ImportState.refused
    assert books.told(report) == ["payments.csv:3:C paid_on DATE_NOT_IN_CALENDAR"]
    assert set((await counts()).values()) == {0}
    problem = await db.row("SELECT * FROM import_problem")
    assert problem is not None
    assert (problem["line"], problem["code"]) == (3, "DATE_NOT_IN_CALENDAR")


async def test_a_refused_book_leaves_nothing_on_disk(tmp_path: Path) -> None:
    faulty = books.PAYMENTS.replace("L1", "L9")
    report = await books.bring_in(books.write(tmp_path / "book", payments=faulty))
    assert report.fault_total == 2
    assert not run_folder(report.run_id).exists()


async def test_a_killed_import_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = books.write(tmp_path / "book")
    await kill_before_loans(folder, monkeypatch)
    report = await books.bring_in(folder)
    assert report.state is ImportState.done
    assert (await counts())["customer"] == 2
    assert (await counts())["loan"] == 3
    assert await db.value("SELECT count(*) FROM import_run") == 1
    assert not run_folder(report.run_id).exists()


async def test_a_batch_says_nothing_of_other_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = books.write(tmp_path / "book")
    await kill_before_loans(folder, monkeypatch)
    await db.execute(
        "INSERT INTO import_batch (import_run_id, number, digest, row_count, written_at, audit_id)"
        " SELECT import_run_id, 1, $1, 10, written_at, audit_id FROM import_batch",
        b"of other rows",
    )
    assert (await books.bring_in(folder)).state is ImportState.done
    assert (await counts())["loan"] == 3
    assert await db.value("SELECT count(*) FROM import_batch WHERE length(digest) = 32") == 2


async def test_what_another_version_spooled_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = books.write(tmp_path / "book")
    run_id = await kill_before_loans(folder, monkeypatch)
    manifest = load_manifest(run_id)
    assert manifest is not None
    manifest.form = "another"
    save_manifest(run_id, manifest)
    assert load_manifest(run_id) is None
    shutil.rmtree(spool_folder(run_id))
    assert (await books.bring_in(folder)).state is ImportState.done
    assert (await counts())["customer"] == 2
    assert (await counts())["loan"] == 3


async def test_what_a_finished_import_left_on_disk_is_cleared(tmp_path: Path) -> None:
    folder = books.write(tmp_path / "book")
    report = await books.bring_in(folder)
    make_spool(report.run_id)
    assert (await books.bring_in(folder)).was_there
    assert not run_folder(report.run_id).exists()


async def kill_before_loans(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The run whose borrowers are in the book and whose loans are not."""
    written = share.write_share

    async def killed(actor: object, part: share.Share) -> int:
        if part.side == "loan":
            raise KeyboardInterrupt
        return await written(books.SYSTEM, part)

    monkeypatch.setattr(share, "write_share", killed)
    with pytest.raises(KeyboardInterrupt):
        await books.bring_in(folder)
    monkeypatch.undo()
    assert (await counts())["customer"] == 2
    assert (await counts())["loan"] == 0
    found: int = await db.value("SELECT id FROM import_run")
    return found


async def test_who_may_not_import_is_refused(tmp_path: Path) -> None:
    folder = books.write(tmp_path / "book")
    with pytest.raises(Forbidden):
        await import_book(factories.actor_of(Role.collector), [folder])
    assert await db.value("SELECT count(*) FROM import_run") == 0


async def test_several_processes_write_the_same_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await books.bring_in(books.write(tmp_path / "book"))
    alone = await _as_it_stands()
    await db.rows("SELECT suite.clean()")
    monkeypatch.setattr("app.operation.book.gather.BUCKET_BYTES", 60)
    report = await books.bring_in(books.write(tmp_path / "book"))
    assert report.state is ImportState.done
    assert await db.value("SELECT count(*) FROM import_batch") > share.SHARES_ALONE_MAX
    assert await _as_it_stands() == alone


async def _as_it_stands() -> list[dict[str, object]]:
    return await db.rows(
        "SELECT source_number, number, due_on, instalment.principal_minor,"
        " instalment.interest_minor, principal_paid_minor, settled_on, overdue_minor, bucket"
        " FROM loan JOIN instalment ON instalment.customer_id = loan.customer_id"
        " AND instalment.loan_id = loan.id ORDER BY source_number, number"
    )
