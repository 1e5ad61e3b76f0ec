"""Reads of borrowers. Each applies the reader's scope and masks what he may not see."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from app import database
from app.actor import Actor
from app.collection.models import Stage
from app.customer.errors import CustomerNotFound
from app.customer.file import Contact, CustomerFile, OpenCase, Party
from app.customer.masking import PersonalColumn, sees_names, shown
from app.customer.models import CustomerKind, PartyRole
from app.customer.scope import scope_condition
from app.number import ID_MAX
from app.permission import Permission
from app.personal import Sealed

CONTACTS_PER_PAGE = 10
PARTIES_MAX = 100

_PERSONAL = tuple(PersonalColumn)
_PARTY_PERSONAL = tuple(c for c in PersonalColumn if c is not PersonalColumn.email)


class ContactPage(NamedTuple):
    contacts: Sequence[Contact]
    has_more: bool


async def customer_file(actor: Actor, customer_id: int) -> CustomerFile:
    actor.require(Permission.CUSTOMER_READ)
    if customer_id > ID_MAX:
        raise CustomerNotFound
    scope = scope_condition(actor, "customer", 2)
    found = await database.row(
        "SELECT customer.id, customer.kind, customer.name, customer.phone, customer.email,"
        " customer.id_number, customer.address, customer.language, customer.merged_into,"
        " customer.extra, customer.version, customer.created_at,"
        " coalesce(branch.name, '') AS branch, coalesce(team.name, '') AS team,"
        " coalesce(owner.name, '') AS owner,"
        " (SELECT on_date FROM business_day WHERE id = 1) AS business_date"
        " FROM customer LEFT JOIN branch ON branch.id = customer.branch_id"
        " LEFT JOIN team ON team.id = customer.team_id"
        " LEFT JOIN user_account AS owner ON owner.id = customer.owner_id"
        f" WHERE customer.id = $1 AND {scope.sql}",
        customer_id, *scope.values,
    )  # fmt: skip
    if found is None:
        raise CustomerNotFound
    known = {
        **found,
        **_opened(actor, "customer", _PERSONAL, found),
        "kind": CustomerKind(found["kind"]),
        "extra": msgspec.json.decode(found["extra"]),
    }
    return CustomerFile(**known)


async def parties_of(actor: Actor, customer_id: int, *, loan_id: int | None = None) -> list[Party]:
    """Of one loan: also those named for the borrower as a whole. Whoever has the file may ask."""
    found = await database.rows(
        "SELECT id, loan_id, role, relation, other_customer_id, name, phone, id_number, address"
        " FROM related_party WHERE customer_id = $1"
        " AND ($2::bigint IS NULL OR loan_id IS NULL OR loan_id = $2) ORDER BY role, id LIMIT $3",
        customer_id, loan_id, PARTIES_MAX,
    )  # fmt: skip
    return [
        Party(
            **{
                **row,
                **_opened(actor, "related_party", _PARTY_PERSONAL, row),
                "role": PartyRole(row["role"]),
            }
        )
        for row in found
    ]


async def contacts_of(actor: Actor, customer_id: int, *, before: int | None = None) -> ContactPage:
    """The last one first; `before` is the id of the last one already shown."""
    found = await database.rows(
        "SELECT id, loan_id, at, channel, direction, outcome, agent, note FROM contact_record"
        " WHERE customer_id = $1 AND ($2::bigint IS NULL OR (at, id) <"
        " (SELECT shown.at, shown.id FROM contact_record AS shown"
        " WHERE shown.customer_id = $1 AND shown.id = $2))"
        " ORDER BY at DESC, id DESC LIMIT $3",
        customer_id, before, CONTACTS_PER_PAGE + 1,
    )  # fmt: skip
    contacts = [Contact(**{**row, "note": _note(actor, row)}) for row in found]
    return ContactPage(contacts[:CONTACTS_PER_PAGE], len(contacts) > CONTACTS_PER_PAGE)


async def open_case_of(actor: Actor, customer_id: int) -> OpenCase | None:
    if not actor.may(Permission.CASE_READ):
        return None
    scope = scope_condition(actor, "collection_case", 2, owner="assignee_id")
    found = await database.row(
        "SELECT collection_case.id, stage, opened_on, overdue_since, overdue_minor, currency,"
        " overdue_loan_count, last_contact_at, next_action_on,"
        " coalesce(assignee.name, '') AS assignee,"
        " (SELECT on_date FROM business_day WHERE id = 1) AS business_date"
        " FROM collection_case LEFT JOIN user_account AS assignee"
        " ON assignee.id = collection_case.assignee_id"
        f" WHERE customer_id = $1 AND closed_on IS NULL AND {scope.sql}",
        customer_id, *scope.values,
    )  # fmt: skip
    return OpenCase(**{**found, "stage": Stage(found["stage"])}) if found else None


def _opened(
    actor: Actor, table: str, columns: Sequence[PersonalColumn], row: Mapping[str, Any]
) -> dict[str, str | None]:
    return {column.value: _shown(actor, table, column, row) for column in columns}


def _shown(actor: Actor, table: str, column: PersonalColumn, row: Mapping[str, Any]) -> str | None:
    sealed = row[column.value]
    if not sealed:
        return None
    return shown(actor, column, Sealed(sealed).open(table, column.value, row["id"]))


def _note(actor: Actor, row: Mapping[str, Any]) -> str | None:
    if not row["note"] or not sees_names(actor):
        return None
    return Sealed(row["note"]).open("contact_record", "note", row["id"])
