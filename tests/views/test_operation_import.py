import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app import database as db
from app.operation.book.tables import TABLES
from app.permission import Role
from app.settings import settings
from tests.app.operation.book import books
from tests.factories import actor_of
from tests.views.client import PART, browsing
from views import operation_import as pages
from workers.book import check, write

pytestmark = pytest.mark.usefixtures("database")

ADMINISTRATOR = actor_of(Role.administrator)
OWN_COLUMNS = '[loans]\nfiles = ["mine.csv"]\ncolumns = { loan_key = "no such"'


async def asked(
    method: str, path: str = "", *, actor: Any = ADMINISTRATOR, language: str = "en", **options: Any
) -> httpx2.Response:
    async with browsing(pages.routes, actor=actor, language=language) as client:
        return await client.request(method, f"/operation/import{path}", **options)


def shown(response: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


async def brought(
    files: Mapping[str, str] = books.BOOK, *, mapping: str | None = None, **options: Any
) -> httpx2.Response:
    parts = [("files", (name, text.encode())) for name, text in files.items()]
    if mapping is not None:
        parts.append(("mapping", ("own.toml", mapping.encode())))
    return await asked("POST", files=parts, **options)


async def run_of(answer: httpx2.Response) -> int:
    assert answer.status_code == 303, shown(answer)
    return int(answer.headers["location"].removeprefix("/operation/import/"))


async def loans() -> int:
    return int(await db.value("SELECT count(*) FROM loan"))


@pytest.fixture(autouse=True)
def clean_disk() -> None:
    shutil.rmtree(settings().home / "import", ignore_errors=True)


def left_on_disk() -> list[Path]:
    return list((settings().home / "import").glob("*"))


@pytest.mark.tampers
async def test_book_is_checked_and_written_after_a_word() -> None:
    run = await run_of(await brought())
    (folder,) = left_on_disk()
    assert folder.stat().st_mode & 0o777 == 0o700
    part = await asked("GET", f"/{run}", headers=PART)
    assert part.text.lstrip().startswith('<div class="stack" id="import" hx-get=')
    assert 'hx-trigger="every 1s"' in part.text

    await check(run)
    page = await asked("GET", f"/{run}")
    assert "Checked without a fault." in shown(page)
    assert re.search(r"Loans 3 .*Payments 4", shown(page))
    assert "every 1s" not in page.text
    assert await loans() == 0

    answer = await asked("POST", f"/{run}/write")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/operation/import/{run}")
    assert "0 of 12 rows are in the book" in shown(await asked("GET", f"/{run}"))
    await write(run)
    page = await asked("GET", f"/{run}")
    assert "All of it is in the book." in shown(page)
    assert f"/operation/import/{run}/write" not in page.text
    assert await loans() == 3
    assert left_on_disk() == []
    # A job that is handed out twice finds nothing to do.
    await check(run)
    await write(run)
    assert await loans() == 3


@pytest.mark.tampers
async def test_both_jobs_are_asked_for() -> None:
    run = await run_of(await brought())
    await check(run)
    await asked("POST", f"/{run}/write")
    rows = await db.rows("SELECT topic, payload::text AS payload FROM outbox ORDER BY id")
    said = f'{{"run_id": {run}}}'
    assert [tuple(row.values()) for row in rows] == [("book.check", said), ("book.write", said)]


async def test_faults_are_shown_with_their_place_and_mend_and_nothing_is_written() -> None:
    bad = books.PAYMENTS.replace("2026-01-05", "2026-02-30")
    run = await run_of(await brought({**books.BOOK, "payments.csv": bad}))
    await check(run)
    page = await asked("GET", f"/{run}")
    assert "1 fault was found; nothing was written." in shown(page)
    assert re.search(r"payments\.csv 3 C paid_on 2026-02-30 \S", shown(page))
    chinese = shown(await asked("GET", f"/{run}", language="zh"))
    assert "发现 1 处差错，未写入任何内容。" in chinese
    assert await loans() == 0
    assert left_on_disk() == []
    assert (await asked("POST", f"/{run}/write")).status_code == 409
    assert await db.value("SELECT state FROM import_run") == "refused"


async def test_same_files_again_lead_to_the_same_import_and_other_settings_do_not() -> None:
    run = await run_of(await brought())
    assert await run_of(await brought()) == run
    assert len(left_on_disk()) == 1
    other = books.BOOK_TOML.replace("2026-03-15", "2026-03-16")
    assert await run_of(await brought({**books.BOOK, "book.toml": other})) != run


@pytest.mark.parametrize("name", ["../loans.csv", ".loans.csv", "a\\loans.csv", "own.toml"])
async def test_unusable_names_are_refused(name: str) -> None:
    answer = await brought({name: books.LOANS})
    assert answer.status_code == 422
    assert "A file cannot be called" in shown(answer)
    await _nothing_was_asked()


async def test_no_file_is_refused() -> None:
    answer = await asked("POST", files=[("csrf_token", (None, "x"))])
    assert answer.status_code == 422
    assert "No file was chosen." in shown(answer)
    await _nothing_was_asked()


async def test_mapping_that_cannot_be_used_is_refused_at_once() -> None:
    answer = await brought({"mine.csv": books.LOANS}, mapping=OWN_COLUMNS)
    assert answer.status_code == 422
    assert "The mapping cannot be used" in shown(answer)
    await _nothing_was_asked()


async def test_files_that_are_gone_end_the_import_in_words() -> None:
    run = await run_of(await brought())
    (folder,) = left_on_disk()
    folder.rename(folder.with_name("away"))
    await check(run)
    assert "The files are no longer there." in shown(await asked("GET", f"/{run}"))
    # The same files may come once more.
    assert await run_of(await brought()) != run


@pytest.mark.parametrize("table", list(TABLES))
async def test_empty_tables_carry_the_headings_of_the_reader(table: str) -> None:
    for language, attribute in (("en", "name"), ("zh", "label")):
        answer = await asked("GET", f"/template/{table}.csv", language=language)
        assert answer.headers["content-disposition"] == f'attachment; filename="{table}.csv"'
        headings = ",".join(getattr(field, attribute) for field in TABLES[table].fields)
        assert answer.content.decode() == f"\ufeff{headings}\r\n"


async def test_no_such_table_or_import_is_not_found() -> None:
    assert (await asked("GET", "/template/secrets.csv")).status_code == 404
    assert (await asked("GET", "/7")).status_code == 404
    assert (await asked("POST", "/7/write")).status_code == 404


@pytest.mark.parametrize("role", [Role.collector, Role.lead, Role.service])
async def test_who_may_not_import_is_refused(role: Role) -> None:
    actor = actor_of(role)
    for path in ("", "/1", "/template/loans.csv"):
        assert (await asked("GET", path, actor=actor)).status_code == 403
    assert (await asked("POST", "/1/write", actor=actor)).status_code == 403
    assert (await brought(actor=actor)).status_code == 403
    await _nothing_was_asked()


async def _nothing_was_asked() -> None:
    assert await db.value("SELECT count(*) FROM import_run") == 0
    assert left_on_disk() == []
