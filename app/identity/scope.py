"""What an integrator's token may be good for. A scope is a handful of permissions under the name
the API shows."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.identity.errors import ScopeUnknown
from app.permission import Permission


class Scope(StrEnum):
    loans_read = "loans:read"
    payments_read = "payments:read"
    payments_write = "payments:write"
    customers_read = "customers:read"
    # Names, phones and ID numbers in clear; without it they are masked.
    personal_read = "personal:read"
    cases_read = "cases:read"
    cases_write = "cases:write"


SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = {
    Scope.loans_read: frozenset({Permission.LOAN_READ}),
    Scope.payments_read: frozenset({Permission.LOAN_READ}),
    Scope.payments_write: frozenset({Permission.PAYMENT_POST, Permission.PAYMENT_REVERSE}),
    Scope.customers_read: frozenset({Permission.CUSTOMER_READ}),
    Scope.personal_read: frozenset({Permission.CUSTOMER_REVEAL}),
    Scope.cases_read: frozenset({Permission.CASE_READ}),
    Scope.cases_write: frozenset({Permission.CASE_MOVE}),
}


def permissions_of_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    """Of those we know; an issuer's own scopes, such as `openid`, mean nothing here."""
    known = (SCOPE_PERMISSIONS[Scope(scope)] for scope in scopes if scope in set(Scope))
    return frozenset().union(*known)


def scopes_of_permissions(permissions: frozenset[Permission]) -> frozenset[str]:
    """What a person who signed in may ask of the API: each scope of which he holds every
    permission."""
    return frozenset(
        scope.value for scope, needed in SCOPE_PERMISSIONS.items() if needed <= permissions
    )


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """The same, each once and in our order; refuses a name that does not exist."""
    wanted = set(scopes)
    for scope in sorted(wanted - set(Scope)):
        raise ScopeUnknown(scope=scope, known=", ".join(Scope))
    return [scope.value for scope in Scope if scope in wanted]
