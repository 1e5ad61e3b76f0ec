"""Borrowers as a list. Personal data is found by its keyed hash and never ordered by."""

from app.listing import Listing, Order
from app.permission import Permission

_KEY = (
    "customer.id IN"
    " (SELECT customer_id FROM customer_key WHERE kind = '{kind}' AND digest {{test}})"
)

CUSTOMERS = Listing(
    table="customer",
    permission=Permission.CUSTOMER_READ,
    columns=(
        "id",
        "kind",
        "name",
        "phone",
        "email",
        "id_number",
        "address",
        "language",
        "version",
        "created_at",
    ),
    orders={"id": Order(columns=("id",), types=(int,))},
    filters={
        "source": _KEY.format(kind="source"),
        "phone": _KEY.format(kind="phone"),
        "id_number": _KEY.format(kind="id_number"),
    },
    customer_column="id",
)
