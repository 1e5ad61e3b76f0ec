import json

from tests.app.command.shell import afterloan


def test_every_address_with_who_may_call_it() -> None:
    rows = json.loads(afterloan("routes", "--json").stdout)
    listed = {(row["path"], *row["methods"]): row["access"] for row in rows}
    assert listed["/health", "GET"] == "public"
    assert listed["/static/{path:path}", "GET"] == "public"
    assert listed["/graphql", "GET", "POST"] == "token scopes"
    assert listed["/schema.graphql", "GET"] == "token"
    assert listed["/report", "GET"] == "report.read"
    assert listed["/report", "POST"] == "report.run"
    assert [row for row in rows if not row["access"] or not row["methods"]] == []
    lines = afterloan("routes").stdout.splitlines()
    assert len(lines) == len(rows)
    assert [line.split()[0] for line in lines] == [row["path"] for row in rows]
    assert all(line.endswith(f" {row['access']}") for line, row in zip(lines, rows, strict=True))
