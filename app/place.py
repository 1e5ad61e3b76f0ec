"""Where a table would live if one server were not enough: the rules of shape hang on it.

borrower: spread by customer, every key carries `customer_id` · shared: small, on every node ·
local: on the coordinator only."""

from enum import StrEnum


class Place(StrEnum):
    borrower = "borrower"
    shared = "shared"
    local = "local"
