"""Loans, instalments and payments as lists: what can be read, filtered by and ordered by."""

from datetime import date

from app.listing import Listing, Order
from app.permission import Permission

_LOAN_OF = "JOIN loan ON loan.customer_id = {0}.customer_id AND loan.id = {0}.loan_id"
_BY_ID = Order(columns=("id",), types=(int,))

LOANS = Listing(
    table="loan",
    permission=Permission.LOAN_READ,
    columns=(
        "id",
        "customer_id",
        "source_number",
        "currency",
        "principal_minor",
        "annual_rate",
        "method",
        "instalment_count",
        "disbursed_on",
        "matures_on",
        "status",
        "closed_on",
        "principal_left_minor",
        "interest_left_minor",
        "overdue_minor",
        "overdue_since",
        "bucket",
        "next_due_on",
        "event_count",
        "version",
    ),
    join="LEFT JOIN product ON product.id = loan.product_id",
    joined=("product.code AS product_code", "product.name AS product_name"),
    orders={
        "id": _BY_ID,
        "disbursed_on": Order(columns=("disbursed_on", "id"), types=(date, int)),
        "overdue_since": Order(
            columns=("overdue_since", "id"),
            types=(date, int),
            condition="loan.overdue_since IS NOT NULL",
        ),
        "next_due_on": Order(
            columns=("next_due_on", "id"),
            types=(date, int),
            condition="loan.next_due_on IS NOT NULL",
        ),
    },
    filters={
        "customer": "loan.customer_id {test}",
        "source_number": (
            "(loan.customer_id, loan.id) IN (SELECT customer_id, loan_id FROM loan_directory"
            " WHERE source_number {test})"
        ),
        "bucket": "loan.bucket {test}",
        "disbursed_on": "loan.disbursed_on {test}",
        "overdue_since": "loan.overdue_since {test}",
        "next_due_on": "loan.next_due_on {test}",
    },
)

INSTALMENTS = Listing(
    table="instalment",
    permission=Permission.LOAN_READ,
    columns=(
        "id",
        "customer_id",
        "loan_id",
        "number",
        "due_on",
        "principal_minor",
        "interest_minor",
        "fee_minor",
        "principal_paid_minor",
        "interest_paid_minor",
        "fee_paid_minor",
        "settled_on",
    ),
    join=_LOAN_OF.format("instalment"),
    joined=("loan.currency",),
    # Within one loan; nobody lists the instalments of all loans.
    orders={"number": Order(columns=("number",), types=(int,))},
)

PAYMENTS = Listing(
    table="payment",
    permission=Permission.LOAN_READ,
    columns=(
        "id",
        "customer_id",
        "loan_id",
        "reversal_event_id",
        "amount_minor",
        "principal_minor",
        "interest_minor",
        "fee_minor",
        "surplus_minor",
        "value_on",
        "booked_at",
        "channel",
        "reference",
    ),
    join=(
        f"{_LOAN_OF.format('payment')} JOIN loan_event"
        " ON loan_event.customer_id = payment.customer_id AND loan_event.id = payment.event_id"
    ),
    # With what the check of a reversal looks at.
    joined=(
        "loan.currency",
        "loan.disbursed_on",
        "loan.status",
        "loan.closed_on",
        "loan.event_count",
        "loan.version",
        "loan_event.sequence",
    ),
    orders={"id": _BY_ID, "value_on": Order(columns=("value_on", "id"), types=(date, int))},
    filters={
        "customer": "payment.customer_id {test}",
        "value_on": "payment.value_on {test}",
    },
)
