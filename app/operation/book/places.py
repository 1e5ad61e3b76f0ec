"""Branches, teams and products that a book names: found, or made when they are new."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app import database
from app.operation.book import rows

CODE_CHARS_MAX = 40


@dataclass(slots=True)
class Places:
    branches: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)

    def of(self, row: rows.CustomerRow) -> tuple[int | None, int | None]:
        branch, team = branch_of(row), code_of(row.team)
        return self.branches.get(branch or ""), self.teams.get(team or "")

    def product_of(self, row: rows.LoanRow) -> int | None:
        return self.products.get(code_of(row.product) or "")


def code_of(text: str | None) -> str | None:
    return text[:CODE_CHARS_MAX] if text else None


def branch_of(row: rows.CustomerRow) -> str | None:
    """A team stands in a branch; of one that is named alone the branch has the team's name."""
    return code_of(row.branch) or code_of(row.team)


async def places_for_customers(found: Iterable[rows.CustomerRow]) -> Places:
    branches: dict[str, None] = {}
    branch_of_team: dict[str, str] = {}
    for row in found:
        branch, team = branch_of(row), code_of(row.team)
        if branch is not None:
            branches.setdefault(branch)
            if team is not None:
                branch_of_team.setdefault(team, branch)
    await database.execute(
        "INSERT INTO branch (code, name) SELECT code, code FROM unnest($1::text[]) AS code"
        " ON CONFLICT (code) DO NOTHING",
        sorted(branches),
    )
    teams = sorted(branch_of_team.items())
    await database.execute(
        "INSERT INTO team (branch_id, code, name) SELECT branch.id, named.team, named.team"
        " FROM unnest($1::text[], $2::text[]) AS named (team, branch)"
        " JOIN branch ON branch.code = named.branch ON CONFLICT (code) DO NOTHING",
        [team for team, _ in teams], [branch for _, branch in teams],
    )  # fmt: skip
    return Places(
        branches=await _ids("branch", list(branches)),
        teams=await _ids("team", list(branch_of_team)),
    )


async def places_for_loans(found: Iterable[rows.LoanRow], currency: str) -> Places:
    named: dict[str, rows.LoanRow] = {}
    for row in found:
        if code := code_of(row.product):
            named.setdefault(code, row)
    in_order = sorted(named.items())
    await database.execute(
        "INSERT INTO product (code, name, name_zh, currency, method)"
        " SELECT code, code, code, currency, method"
        " FROM unnest($1::text[], $2::text[], $3::text[]) AS named (code, currency, method)"
        " ON CONFLICT (code) DO NOTHING",
        [code for code, _ in in_order],
        [row.currency or currency for _, row in in_order],
        [row.method or "" for _, row in in_order],
    )
    return Places(products=await _ids("product", list(named)))


async def _ids(table: str, codes: list[str]) -> dict[str, int]:
    assert table in ("branch", "team", "product")
    found = await database.rows(f"SELECT code, id FROM {table} WHERE code = ANY($1::text[])", codes)
    return {row["code"]: row["id"] for row in found}
