"""Branches, teams and products that a book names: found, or made when they are new."""

from dataclasses import dataclass, field

import msgspec

from app import database
from app.operation.book import rows

CODE_CHARS_MAX = 40


@dataclass(slots=True)
class Places:
    branches: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    # Branch and team of borrowers of whom the book says neither.
    home: tuple[str | None, str | None] = (None, None)

    def of(self, row: rows.CustomerRow) -> tuple[int | None, int | None]:
        branch, team = branch_of(row), code_of(row.team)
        if not branch:
            branch, team = self.home
        return self.branches.get(branch or ""), self.teams.get(team or "")

    def product_of(self, row: rows.LoanRow) -> int | None:
        return self.products.get(code_of(row.product) or "")


def code_of(text: str | None) -> str | None:
    return text[:CODE_CHARS_MAX] if text else None


def branch_of(row: rows.CustomerRow) -> str | None:
    """A team stands in a branch; of one that is named alone the branch has the team's name."""
    return code_of(row.branch) or code_of(row.team)


class Named(msgspec.Struct, kw_only=True):
    """All places that a book names, as the first walk found them."""

    branches: set[str] = set()
    # team → its branch
    teams: dict[str, str] = {}
    # code → currency and method
    products: dict[str, tuple[str, str]] = {}
    home: tuple[str | None, str | None] = (None, None)

    def settle(self, branch: str, team: str) -> None:
        """Where borrowers belong of whom the book says nothing."""
        self.home = code_of(branch or team), code_of(team)
        self._add(*self.home)

    def add_customer(self, row: rows.CustomerRow) -> None:
        self._add(branch_of(row), code_of(row.team))

    def _add(self, branch: str | None, team: str | None) -> None:
        if branch:
            self.branches.add(branch)
            if team:
                self.teams.setdefault(team, branch)

    def add_loan(self, row: rows.LoanRow, currency: str) -> None:
        if code := code_of(row.product):
            self.products.setdefault(code, (row.currency or currency, row.method or ""))

    def merge(self, other: "Named") -> None:
        self.branches |= other.branches
        self.teams = {**other.teams, **self.teams}
        self.products = {**other.products, **self.products}


async def make_places(named: Named) -> None:
    """Before the batches, in a transaction of its own: they would wait for each other here."""
    await database.execute(
        "INSERT INTO branch (code, name) SELECT code, code FROM unnest($1::text[]) AS code"
        " ON CONFLICT (code) DO NOTHING",
        sorted(named.branches),
    )
    teams = sorted(named.teams.items())
    await database.execute(
        "INSERT INTO team (branch_id, code, name) SELECT branch.id, named.team, named.team"
        " FROM unnest($1::text[], $2::text[]) AS named (team, branch)"
        " JOIN branch ON branch.code = named.branch ON CONFLICT (code) DO NOTHING",
        [team for team, _ in teams], [branch for _, branch in teams],
    )  # fmt: skip
    products = sorted(named.products.items())
    await database.execute(
        "INSERT INTO product (code, name, name_zh, currency, method)"
        " SELECT code, code, code, currency, method"
        " FROM unnest($1::text[], $2::text[], $3::text[]) AS named (code, currency, method)"
        " ON CONFLICT (code) DO NOTHING",
        [code for code, _ in products],
        [currency for _, (currency, _) in products],
        [method for _, (_, method) in products],
    )


async def places_of(named: Named) -> Places:
    return Places(
        branches=await _ids("branch", list(named.branches)),
        teams=await _ids("team", list(named.teams)),
        products=await _ids("product", list(named.products)),
        home=named.home,
    )


async def _ids(table: str, codes: list[str]) -> dict[str, int]:
    assert table in ("branch", "team", "product")
    found = await database.rows(f"SELECT code, id FROM {table} WHERE code = ANY($1::text[])", codes)
    return {row["code"]: row["id"] for row in found}
