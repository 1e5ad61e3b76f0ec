"""What the customer's verbs are told and what they answer."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from app.customer.masking import PersonalColumn


class LookUp(msgspec.Struct, frozen=True, kw_only=True):
    """A search that was made: by what, and whom it showed. Never what was typed."""

    by: Annotated[str, Meta(max_length=20)]
    shown: list[int]


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to add: the entry in the audit log is all that was wanted."""


class ReadInClear(msgspec.Struct, frozen=True, kw_only=True):
    """What a program was shown unmasked: which values, and whose."""

    # Where it was one borrower alone, so that the entry is found with his others.
    customer_id: int | None
    columns: list[PersonalColumn]
    shown: list[int]


class WasReadInClear(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to add: the entry in the audit log is all that was wanted."""


class RevealReason(StrEnum):
    """Fixed words: a reason in free text would bring personal data into the audit log."""

    customer_calls = "customer_calls"
    calling_back = "calling_back"
    writing = "writing"
    identity_check = "identity_check"
    complaint = "complaint"


class Reveal(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    column: PersonalColumn
    reason: RevealReason
    # Somebody beside the borrower; none for the borrower himself.
    related_party_id: int | None = None


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    value: str
