from pathlib import Path

import pytest

from app import database as db
from app.command import demo_book
from tests.app.operation.book import books

pytestmark = pytest.mark.usefixtures("database")


async def test_the_first_collector_sees_a_book_that_knows_no_teams(tmp_path: Path) -> None:
    files = {name: text for name, text in books.BOOK.items() if name != "customers.csv"}
    await demo_book.fill(0, books.write(tmp_path / "book", files), None)
    team = await db.value("SELECT team_id FROM user_account WHERE subject = 'he.wei'")
    cases = await db.rows("SELECT DISTINCT team_id FROM collection_case")
    assert cases == [{"team_id": team}]
    assert team is not None
