import pytest

from app.identity.errors import ScopeUnknown
from app.identity.scope import (
    SCOPE_PERMISSIONS,
    Scope,
    checked_scopes,
    permissions_of_scopes,
    scopes_of_permissions,
)
from app.permission import Permission, Role, permissions_of


def test_every_scope_is_good_for_something() -> None:
    assert set(SCOPE_PERMISSIONS) == set(Scope)
    assert all(SCOPE_PERMISSIONS.values())


def test_scopes_we_do_not_know_give_nothing() -> None:
    assert permissions_of_scopes(["openid", "admin", "loans:read"]) == {Permission.LOAN_READ}


def test_scopes_are_put_in_order_once() -> None:
    assert checked_scopes(["cases:read", "loans:read", "cases:read"]) == [
        "loans:read",
        "cases:read",
    ]
    with pytest.raises(ScopeUnknown) as told:
        checked_scopes(["loans:read", "loans:delete"])
    assert told.value.facts["scope"] == "loans:delete"


def test_a_person_may_ask_the_api_for_what_he_may_do_on_the_pages() -> None:
    assert scopes_of_permissions(permissions_of(frozenset({Role.collector}))) == {
        "loans:read", "payments:read", "customers:read", "personal:read", "cases:read",
        "cases:write",
    }  # fmt: skip
    assert scopes_of_permissions(frozenset({Permission.PAYMENT_POST})) == frozenset()
