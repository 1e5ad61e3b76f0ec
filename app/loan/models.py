from enum import StrEnum
from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from app.place import Place


class LoanStatus(StrEnum):
    active = "active"
    settled = "settled"
    written_off = "written_off"
    transferred = "transferred"


class EventKind(StrEnum):
    """What can happen to a loan; each kind has a payload type in `app.loan.event`."""

    opened = "opened"
    payment = "payment"
    reversal = "reversal"
    closed = "closed"


class Product(Model):
    place: ClassVar = Place.shared

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=120)
    name_zh = fields.CharField(max_length=120, default="")
    currency = fields.CharField(max_length=3)
    method = fields.CharField(max_length=40, default="")

    class Meta:
        table = "product"


class Loan(Model):
    """The terms, and the loan's present standing as of the business date.

    Standing is not rewritten daily: days past due follow from `overdue_since` and the business
    date, and `next_change_on` is the next date on which anything else changes by itself."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    product_id = fields.BigIntField(null=True)
    source_number = fields.CharField(max_length=80)
    currency = fields.CharField(max_length=3)
    principal_minor = fields.BigIntField()
    # A yearly fraction: 0.156 is 15.6 %.
    annual_rate = fields.DecimalField(max_digits=12, decimal_places=9, null=True)
    method = fields.CharField(max_length=40, default="")
    instalment_count = fields.IntField()
    disbursed_on = fields.DateField()
    matures_on = fields.DateField()
    status = fields.CharEnumField(LoanStatus, max_length=12, default=LoanStatus.active)
    closed_on = fields.DateField(null=True)

    # Projections of the events as of the business date.
    principal_left_minor = fields.BigIntField()
    interest_left_minor = fields.BigIntField()
    overdue_minor = fields.BigIntField(default=0)
    # The due date of the oldest instalment that is past due and not fully paid.
    overdue_since = fields.DateField(null=True)
    bucket = fields.SmallIntField(default=0)
    next_due_on = fields.DateField(null=True)
    next_change_on = fields.DateField(null=True)

    event_count = fields.IntField(default=1)
    extra: dict[str, Any] = fields.JSONField(default=dict)
    version = fields.IntField(default=1)

    class Meta:
        table = "loan"


class LoanDirectory(Model):
    """From the source system's number, unique over all borrowers, to borrower and loan."""

    place: ClassVar = Place.local

    loan_id = fields.BigIntField(primary_key=True, generated=False)
    customer_id = fields.BigIntField()
    source_number = fields.CharField(max_length=80, unique=True)

    class Meta:
        table = "loan_directory"


class LoanEvent(Model):
    """What happened, in the order it was booked. Only ever added to."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    # 1, 2, 3 … within the loan.
    sequence = fields.IntField()
    kind = fields.CharEnumField(EventKind, max_length=20)
    value_on = fields.DateField()
    business_date = fields.DateField()
    booked_at = fields.DatetimeField()
    payload: dict[str, Any] = fields.JSONField()
    audit_id = fields.BigIntField()

    class Meta:
        table = "loan_event"


class Instalment(Model):
    """One row of the schedule, with what has been paid on it: a projection of the events."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    number = fields.IntField()
    due_on = fields.DateField()
    principal_minor = fields.BigIntField()
    interest_minor = fields.BigIntField()
    fee_minor = fields.BigIntField(default=0)
    principal_paid_minor = fields.BigIntField(default=0)
    interest_paid_minor = fields.BigIntField(default=0)
    fee_paid_minor = fields.BigIntField(default=0)
    # The value date of the payment that paid the rest of it.
    settled_on = fields.DateField(null=True)

    class Meta:
        table = "instalment"


class Payment(Model):
    """Money received, and where it went. A wrong one is reversed, never changed."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    event_id = fields.BigIntField()
    reversal_event_id = fields.BigIntField(null=True)
    amount_minor = fields.BigIntField()
    principal_minor = fields.BigIntField()
    interest_minor = fields.BigIntField()
    fee_minor = fields.BigIntField(default=0)
    # More than the loan still owed: kept for the borrower, not lost.
    surplus_minor = fields.BigIntField(default=0)
    value_on = fields.DateField()
    booked_at = fields.DatetimeField()
    channel = fields.CharField(max_length=40, default="")
    # The bank's or the source system's own reference.
    reference = fields.CharField(max_length=120, default="")

    class Meta:
        table = "payment"


class LoanStanding(Model):
    """How a loan stood from `from_on` up to, not including, `to_on` (null: still stands so)."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    from_on = fields.DateField()
    to_on = fields.DateField(null=True)
    bucket = fields.SmallIntField()
    overdue_since = fields.DateField(null=True)
    overdue_minor = fields.BigIntField()
    # Kept while something is overdue; a loan that pays on time needs no row for each payment.
    principal_left_minor = fields.BigIntField(null=True)

    class Meta:
        table = "loan_standing"


class SecurityItem(Model):
    """What secures a loan: collateral with its lien, insurance and expiry."""

    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    loan_id = fields.BigIntField()
    kind = fields.CharField(max_length=40)
    description = fields.CharField(max_length=300, default="")
    currency = fields.CharField(max_length=3)
    lien_rank = fields.SmallIntField(null=True)
    lien_registered_on = fields.DateField(null=True)
    lien_reference = fields.CharField(max_length=120, default="")
    insurer = fields.CharField(max_length=120, default="")
    insured_until = fields.DateField(null=True)
    expires_on = fields.DateField(null=True)
    released_on = fields.DateField(null=True)
    source_key = fields.CharField(max_length=80, default="")
    extra: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "security_item"


class SecurityValuation(Model):
    place: ClassVar = Place.borrower

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    security_item_id = fields.BigIntField()
    valued_on = fields.DateField()
    value_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    valuer = fields.CharField(max_length=120, default="")

    class Meta:
        table = "security_valuation"
