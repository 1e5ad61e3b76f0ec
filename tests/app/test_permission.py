"""Who may do what, written out once more: a change of rights is a change of this table too."""

import pytest

from app.permission import (
    ROLE_PERMISSIONS,
    ROLE_ROW_SCOPE,
    Permission,
    Role,
    RowScope,
    permissions_of,
    widest_scope,
)

READ = "loan.read customer.read"
CASE = "case.read case.move"
REPORT = "report.run report.read"
DAY = "day.read setting.read"
HELD = {
    Role.collector: f"{READ} {CASE} customer.reveal",
    Role.lead: f"{READ} {CASE} {REPORT} case.assign customer.reveal reminder.send",
    Role.credit_manager: (
        f"{READ} {REPORT} case.read payment.post payment.reverse customer.reveal day.read"
    ),
    Role.risk_officer: f"{READ} {REPORT} {DAY} case.read audit.read",
    Role.service: f"{READ} case.read customer.reveal",
    Role.management: f"{READ} {REPORT} {DAY} case.read",
    Role.administrator: (
        f"{DAY} {REPORT} setting.change import.run day.close audit.read token.manage user.manage"
    ),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_holds_what_is_written_here(role: Role) -> None:
    assert {permission.value for permission in ROLE_PERMISSIONS[role]} == set(HELD[role].split())


def test_who_keeps_the_machines_sees_no_borrower_and_moves_no_money() -> None:
    held = ROLE_PERMISSIONS[Role.administrator]
    kinds = {permission.partition(".")[0] for permission in held}
    assert kinds.isdisjoint({"loan", "customer", "payment", "case"})


def test_who_posts_money_does_not_keep_the_log() -> None:
    for role in Role:
        held = ROLE_PERMISSIONS[role]
        assert not {Permission.PAYMENT_POST, Permission.AUDIT_READ} <= held
        assert not {Permission.PAYMENT_POST, Permission.DAY_CLOSE} <= held


def test_who_changes_may_also_read() -> None:
    for role in Role:
        held = ROLE_PERMISSIONS[role]
        assert Permission.CASE_MOVE not in held or Permission.CASE_READ in held
        assert Permission.PAYMENT_POST not in held or Permission.LOAN_READ in held
        assert Permission.SETTING_CHANGE not in held or Permission.SETTING_READ in held
        assert Permission.DAY_CLOSE not in held or Permission.DAY_READ in held
        assert Permission.REPORT_RUN not in held or Permission.REPORT_READ in held


def test_every_role_has_its_rows() -> None:
    assert set(ROLE_ROW_SCOPE) == set(ROLE_PERMISSIONS) == set(Role)
    narrow = {role for role in Role if ROLE_ROW_SCOPE[role] is not RowScope.all}
    assert narrow == {Role.collector, Role.lead, Role.credit_manager}


@pytest.mark.parametrize(
    ("roles", "scope"),
    [
        ([], RowScope.own),
        ([Role.collector], RowScope.team),
        ([Role.collector, Role.lead], RowScope.branch),
        ([Role.lead, Role.service], RowScope.all),
    ],
)
def test_the_widest_scope_holds(roles: list[Role], scope: RowScope) -> None:
    assert widest_scope(frozenset(roles)) is scope


def test_no_role_no_permission() -> None:
    assert permissions_of(frozenset()) == frozenset()
