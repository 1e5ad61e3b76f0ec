"""What a reveal is about, found within the actor's rows. Nothing is changed, so nothing is locked
but the read itself."""

from app import database
from app.actor import Actor
from app.customer.errors import CustomerNotFound
from app.customer.order import Reveal
from app.customer.scope import scope_condition
from app.customer.subject import RevealSubject
from app.personal import Sealed


async def find_sealed(actor: Actor, order: Reveal, *, for_update: bool) -> RevealSubject:
    scope = scope_condition(actor, "customer", 2)
    column = order.column.value
    if order.related_party_id is None:
        found = await database.row(
            f"SELECT id, {column} AS sealed FROM customer WHERE id = $1 AND {scope.sql}",
            order.customer_id, *scope.values,
        )  # fmt: skip
        table = "customer"
    else:
        found = await database.row(
            f"SELECT party.id, party.{column} AS sealed FROM related_party AS party"
            " JOIN customer ON customer.id = party.customer_id"
            f" WHERE party.customer_id = $1 AND {scope.sql} AND party.id = ${scope.next_parameter}",
            order.customer_id, *scope.values, order.related_party_id,
        )  # fmt: skip
        table = "related_party"
    if found is None:
        raise CustomerNotFound
    sealed = Sealed(found["sealed"]) if found["sealed"] else None
    return RevealSubject(table=table, column=column, id=found["id"], sealed=sealed)
