"""Who sees which personal data, in one place.

Names are shown to those who speak with borrowers (the ones who may reveal) and masked to those who
only look at the book. Contact data is masked to every person until he asks for one field, with a
reason, on the record. An integrator's token with that permission sees all of it, for a program has
nobody to ask; what the API shows it stands in the audit log too (`graphql/api/clear.py`)."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from app.actor import Actor, ActorKind
from app.permission import Permission
from app.personal import mask_email, mask_id_number, mask_name, mask_phone

_NUMBERS = re.compile(r"[0-9０-９]+(?:[-－—~][0-9０-９]+)*")
# Of an address without a house number this much is shown.
_ADDRESS_SHOWN_CHARS = 6


class PersonalColumn(StrEnum):
    """The columns that hold personal data, as customer and related party call them."""

    name = "name"
    phone = "phone"
    email = "email"
    id_number = "id_number"
    address = "address"


def mask_address(address: str) -> str:
    """西湖区文三路 123 号 → 西湖区文三路 *** 号: the street may be known, the door may not."""
    masked, count = _NUMBERS.subn("***", address)
    return masked if count else address[:_ADDRESS_SHOWN_CHARS] + "***"


MASKS: Mapping[PersonalColumn, Callable[[str], str]] = {
    PersonalColumn.name: mask_name,
    PersonalColumn.phone: mask_phone,
    PersonalColumn.email: mask_email,
    PersonalColumn.id_number: mask_id_number,
    PersonalColumn.address: mask_address,
}


def sees_names(actor: Actor) -> bool:
    """Also what was said: the notes of calls and visits."""
    return actor.may(Permission.CUSTOMER_REVEAL)


def sees_in_clear(actor: Actor, column: PersonalColumn) -> bool:
    return sees_names(actor) and (column is PersonalColumn.name or actor.kind is not ActorKind.user)


def shown(actor: Actor, column: PersonalColumn, clear: str | None) -> str | None:
    """The value as this actor may see it."""
    if not clear or sees_in_clear(actor, column):
        return clear
    return MASKS[column](clear)
