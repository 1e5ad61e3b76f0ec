"""A book of borrowers for the look-up alone: encrypted, with their directory and a loan each.

Written by COPY from two processes; nobody in it exists."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from app.customer.search_key import keys_of
from app.database import copy_rows, raw_connection
from app.operation.generator.person import Person, make_person
from app.personal import seal

TODAY = date(2026, 3, 15)
# As in the demonstration book: one borrower in twenty is late.
OVERDUE_SHARE = 0.05
TEAMS = 50
_BATCH = 10_000
_CREATED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_CUSTOMER = "id kind branch_id team_id name phone email id_number address language extra version"
_LOAN = (
    "id customer_id source_number currency principal_minor method instalment_count disbursed_on"
    " matures_on status principal_left_minor interest_left_minor overdue_minor overdue_since bucket"
    " event_count extra version"
)


def person_of(seed: int, number: int) -> Person:
    """Each alone from its number, so that the questions need no list of a million."""
    return make_person(Random(seed * 10_000_019 + number), number)


def source_number(number: int) -> str:
    return f"PL{number:09d}"


async def fill(url: str, count: int, seed: int) -> None:
    async with raw_connection(url) as connection:
        await connection.execute("UPDATE business_day SET on_date = $1", TODAY)
        await connection.execute("INSERT INTO branch (id, code, name) VALUES (1, 'B', 'Branch')")
        await connection.execute(
            "INSERT INTO team (id, branch_id, code, name) SELECT n, 1, 'T' || n, 'Team ' || n"
            " FROM generate_series(1, $1::int) AS n",
            TEAMS,
        )
    half = count // 2
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2) as processes:
        await asyncio.gather(
            loop.run_in_executor(processes, _fill_part, url, seed, 1, half),
            loop.run_in_executor(processes, _fill_part, url, seed, half + 1, count),
        )
    async with raw_connection(url) as connection:
        for table in ("customer", "customer_key", "loan", "loan_directory"):
            await connection.execute(f"VACUUM (ANALYZE) {table}")


def _fill_part(url: str, seed: int, first: int, last: int) -> None:
    asyncio.run(_copy_part(url, seed, first, last))


async def _copy_part(url: str, seed: int, first: int, last: int) -> None:
    async with raw_connection(url) as connection:
        for start in range(first, last + 1, _BATCH):
            numbers = range(start, min(start + _BATCH, last + 1))
            people = [person_of(seed, number) for number in numbers]
            pairs = list(zip(numbers, people, strict=True))
            customers = [_customer(number, person) for number, person in pairs]
            await copy_rows(connection, "customer", [*_CUSTOMER.split(), "created_at"], customers)
            keys = [row for number, person in pairs for row in _keys(number, person)]
            await copy_rows(connection, "customer_key", ["kind", "digest", "customer_id"], keys)
            loans = [_loan(seed, number) for number in numbers]
            await copy_rows(connection, "loan", _LOAN.split(), loans)
            directory = [(number, number, source_number(number)) for number in numbers]
            columns = ["loan_id", "customer_id", "source_number"]
            await copy_rows(connection, "loan_directory", columns, directory)


def _customer(id: int, person: Person) -> tuple[Any, ...]:
    def sealed(column: str) -> bytes | None:
        text = getattr(person, column)
        return seal(text, "customer", column, id) if text else None

    columns = ("name", "phone", "email", "id_number", "address")
    personal = [sealed(column) for column in columns]
    return (id, "person", 1, id % TEAMS + 1, *personal, person.language, "{}", 1, _CREATED_AT)


def _keys(id: int, person: Person) -> Iterator[tuple[str, bytes, int]]:
    keys = keys_of(person.name, person.phone, person.id_number, person.email, f"K{id:09d}")
    yield from ((kind.value, digest, id) for kind, digest in keys)


def _loan(seed: int, id: int) -> tuple[Any, ...]:
    draw = Random(seed * 20_000_003 + id)
    since = None
    if draw.random() < OVERDUE_SHARE:
        since = TODAY - timedelta(days=1 + int(draw.random() * 200))
    principal = 500_000 + int(draw.random() * 10_000_000)
    bucket = 0 if since is None else min((TODAY - since).days - 1, 180) // 30 + 1
    return (
        id, id, source_number(id), "CNY", principal, "equal_instalment", 12, date(2025, 6, 1),
        date(2026, 6, 1), "active", principal // 2, 10_000, 0 if since is None else 80_000, since,
        bucket, 1, "{}", 1,
    )  # fmt: skip
