"""Rows for tests, made the short way. Each factory returns the id, or a small named pair."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec

from app import database
from app.actor import Actor, ActorKind
from app.customer.search_key import keys_of
from app.loan import projection
from app.loan.event import Opened, ScheduledInstalment
from app.loan.models import LoanStatus
from app.loan.subject import LoanSubject
from app.permission import Permission, Role, RowScope
from app.personal import seal

BUSINESS_DATE = date(2026, 3, 15)
BOOKED_AT = datetime(2026, 1, 1, 8, tzinfo=UTC)


class LoanKey(NamedTuple):
    customer_id: int
    loan_id: int


def actor_of(role: Role, *, id: int = 1, name: str = "Ada Lovelace", **facts: object) -> Actor:
    """Somebody signed in with that role, who sees every row unless told otherwise."""
    actor = Actor.of_roles(frozenset({role}), id=id, name=name)
    return replace(actor, **{"row_scope": RowScope.all, **facts})  # type: ignore[arg-type]


def client_of(*permissions: Permission, id: int = 7, scopes: Sequence[str] = ()) -> Actor:
    """An integrator's program."""
    return Actor(
        kind=ActorKind.client,
        id=id,
        name="core banking",
        permissions=frozenset(permissions),
        row_scope=RowScope.all,
        scopes=frozenset(scopes),
    )


async def set_business_date(on: date = BUSINESS_DATE) -> None:
    await database.execute("UPDATE business_day SET on_date = $1 WHERE id = 1", on)


async def make_branch(code: str = "east", name: str = "East branch") -> int:
    return await _id("INSERT INTO branch (code, name) VALUES ($1, $2) RETURNING id", code, name)


async def make_team(branch_id: int, code: str = "east-1", name: str = "East team 1") -> int:
    return await _id(
        "INSERT INTO team (branch_id, code, name) VALUES ($1, $2, $3) RETURNING id",
        branch_id, code, name,
    )  # fmt: skip


async def make_user(
    name: str = "Ada Lovelace", *, branch_id: int | None = None, team_id: int | None = None
) -> int:
    return await _id(
        "INSERT INTO user_account (issuer, subject, name, email, roles, branch_id, team_id,"
        " language, theme, density, created_at)"
        " VALUES ('https://issuer.test', $1, $1, '', '[]', $2, $3, '', 'auto', 'cosy', $4)"
        " RETURNING id",
        name, branch_id, team_id, BOOKED_AT,
    )  # fmt: skip


async def make_customer(
    name: str = "林思远",
    *,
    phone: str = "",
    email: str = "",
    id_number: str = "",
    language: str = "zh",
    branch_id: int | None = None,
    team_id: int | None = None,
    owner_id: int | None = None,
) -> int:
    id = await _id("SELECT nextval('customer_id_seq')")
    sealed = [
        seal(text, "customer", column, id) if text else None
        for column, text in (
            ("name", name),
            ("phone", phone),
            ("email", email),
            ("id_number", id_number),
        )
    ]
    await database.execute(
        "INSERT INTO customer (id, kind, branch_id, team_id, owner_id, name, phone, email,"
        " id_number, language, extra, version, created_at)"
        " VALUES ($1, 'person', $2, $3, $4, $5, $6, $7, $8, $9, '{}', 1, $10)",
        id, branch_id, team_id, owner_id, *sealed, language, BOOKED_AT,
    )  # fmt: skip
    keys = keys_of(name=name, phone=phone, id_number=id_number, email=email)
    await database.execute(
        "INSERT INTO customer_key (kind, digest, customer_id)"
        " SELECT kind, digest, $3 FROM unnest($1::text[], $2::bytea[]) AS key (kind, digest)",
        [kind for kind, _ in keys], [digest for _, digest in keys], id,
    )  # fmt: skip
    return id


async def make_loan(
    schedule: Sequence[tuple[date, int, int]],
    *,
    customer_id: int | None = None,
    source_number: str = "",
    disbursed_on: date = date(2026, 1, 1),
    currency: str = "CNY",
) -> LoanKey:
    """`schedule` is (due date, principal, interest) in minor units. Standing as of the business
    date."""
    customer_id = customer_id or await make_customer()
    principal = sum(row[1] for row in schedule)
    loan_id = await _id("SELECT nextval('loan_id_seq')")
    source_number = source_number or f"S-{loan_id}"
    await database.execute(
        "INSERT INTO loan (id, customer_id, source_number, currency, principal_minor, annual_rate,"
        " method, instalment_count, disbursed_on, matures_on, status, principal_left_minor,"
        " interest_left_minor, overdue_minor, bucket, event_count, extra, version)"
        " VALUES ($9, $1, $2, $3, $4, 0.12, '', $5, $6, $7, 'active', $4, $8, 0, 0, 1, '{}', 1)",
        customer_id, source_number, currency, principal, len(schedule), disbursed_on,
        schedule[-1][0], sum(row[2] for row in schedule), loan_id,
    )  # fmt: skip
    await database.execute(
        "INSERT INTO loan_directory (loan_id, customer_id, source_number) VALUES ($1, $2, $3)",
        loan_id, customer_id, source_number,
    )  # fmt: skip
    await _open(LoanKey(customer_id, loan_id), schedule, currency, disbursed_on, principal)
    return LoanKey(customer_id, loan_id)


async def _open(
    key: LoanKey,
    schedule: Sequence[tuple[date, int, int]],
    currency: str,
    disbursed_on: date,
    principal_minor: int,
) -> None:
    rows = [ScheduledInstalment(number, *row) for number, row in enumerate(schedule, start=1)]
    opened = Opened(principal_minor=principal_minor, currency=currency, schedule=rows)
    await database.execute(
        "INSERT INTO loan_event (customer_id, loan_id, sequence, kind, value_on, business_date,"
        " booked_at, payload, audit_id) VALUES ($1, $2, 1, 'opened', $3, $3, $4, $5::jsonb, 0)",
        key.customer_id, key.loan_id, disbursed_on, BOOKED_AT,
        msgspec.json.encode(opened).decode(),
    )  # fmt: skip
    await database.execute(
        "INSERT INTO instalment (customer_id, loan_id, number, due_on, principal_minor,"
        " interest_minor, fee_minor, principal_paid_minor, interest_paid_minor, fee_paid_minor)"
        " SELECT $1, $2, row.*, 0, 0, 0, 0 FROM"
        " unnest($3::int[], $4::date[], $5::bigint[], $6::bigint[]) AS row",
        key.customer_id, key.loan_id, [row.number for row in rows], [row.due_on for row in rows],
        [row.principal_minor for row in rows], [row.interest_minor for row in rows],
    )  # fmt: skip
    business_date = await database.value("SELECT on_date FROM business_day WHERE id = 1")
    subject = LoanSubject(
        id=key.loan_id,
        customer_id=key.customer_id,
        currency=currency,
        disbursed_on=disbursed_on,
        status=LoanStatus.active,
        closed_on=None,
        event_count=1,
        version=0,
        business_date=business_date,
    )
    await projection.redraw(subject, event_count=1)


async def _id(sql: str, *values: object) -> int:
    found = await database.value(sql, *values)
    assert isinstance(found, int)
    return found
