"""Cases as a list, the open ones in the order of the board."""

from datetime import date

from app.listing import Listing, Order
from app.permission import Permission

CASES = Listing(
    table="collection_case",
    permission=Permission.CASE_READ,
    columns=(
        "id",
        "customer_id",
        "branch_id",
        "team_id",
        "assignee_id",
        "stage",
        "opened_on",
        "stage_since",
        "closed_on",
        "close_reason",
        "overdue_since",
        "overdue_minor",
        "currency",
        "overdue_other",
        "overdue_loan_count",
        "last_contact_at",
        "next_action_on",
        "version",
    ),
    orders={
        "id": Order(columns=("id",), types=(int,)),
        "overdue_since": Order(
            columns=("overdue_since", "id"),
            types=(date, int),
            condition="collection_case.closed_on IS NULL",
        ),
    },
    filters={
        "customer": "collection_case.customer_id {test}",
        "stage": "collection_case.stage {test}",
        "overdue_since": "collection_case.overdue_since {test}",
    },
    scoped_by="assignee_id",
)
