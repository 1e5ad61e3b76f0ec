from pathlib import Path

from tests.app.command.shell import afterloan

COMMITTED = Path(__file__).parents[3] / "graphql/schema.graphql"


def test_prints_the_committed_schema() -> None:
    assert afterloan("schema").stdout == COMMITTED.read_text()
