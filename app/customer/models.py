from enum import StrEnum
from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from app.personal import PersonalField
from app.place import Place


class CustomerKind(StrEnum):
    person = "person"
    company = "company"


class PartyRole(StrEnum):
    guarantor = "guarantor"
    co_borrower = "co_borrower"
    employer = "employer"
    contact = "contact"


class KeyKind(StrEnum):
    """By which keys a borrower is found. Each is stored as a keyed hash only."""

    source = "source"
    phone = "phone"
    phone_tail = "phone_tail"
    id_number = "id_number"
    id_tail = "id_tail"
    email = "email"
    name = "name"
    pinyin = "pinyin"
    initials = "initials"


class Customer(Model):
    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(CustomerKind, max_length=10, default=CustomerKind.person)
    # Whose borrower this is; row scope hangs on these three.
    branch_id = fields.BigIntField(null=True)
    team_id = fields.BigIntField(null=True)
    owner_id = fields.BigIntField(null=True)
    name = PersonalField(null=True)
    phone = PersonalField(null=True)
    email = PersonalField(null=True)
    id_number = PersonalField(null=True)
    address = PersonalField(null=True)
    # The language we write to the borrower in.
    language = fields.CharField(max_length=10, default="zh")
    merged_into = fields.BigIntField(null=True)
    extra: dict[str, Any] = fields.JSONField(default=dict)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "customer"


class CustomerKey(Model):
    """The directory from a keyed hash to the borrowers who carry it."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(KeyKind, max_length=12)
    digest = fields.BinaryField()
    customer_id = fields.BigIntField()

    class Meta:
        table = "customer_key"


class RelatedParty(Model):
    """Somebody beside the borrower. He may be a customer too: named by id, without a foreign
    key."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField(null=True)
    role = fields.CharEnumField(PartyRole, max_length=12)
    relation = fields.CharField(max_length=60, default="")
    other_customer_id = fields.BigIntField(null=True)
    name = PersonalField(null=True)
    phone = PersonalField(null=True)
    id_number = PersonalField(null=True)
    address = PersonalField(null=True)
    source_key = fields.CharField(max_length=80, default="")
    extra: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "related_party"
