"""Who may do what, and on whose rows. Roles are fixed words of the trade; permissions name verbs
and reads."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    LOAN_READ = "loan.read"
    CUSTOMER_READ = "customer.read"
    CUSTOMER_REVEAL = "customer.reveal"
    PAYMENT_POST = "payment.post"
    PAYMENT_REVERSE = "payment.reverse"
    CASE_READ = "case.read"
    CASE_MOVE = "case.move"
    CASE_ASSIGN = "case.assign"
    REPORT_RUN = "report.run"
    REPORT_READ = "report.read"
    REMINDER_SEND = "reminder.send"
    IMPORT_RUN = "import.run"
    DAY_READ = "day.read"
    DAY_CLOSE = "day.close"
    SETTING_READ = "setting.read"
    SETTING_CHANGE = "setting.change"
    AUDIT_READ = "audit.read"
    TOKEN_MANAGE = "token.manage"
    USER_MANAGE = "user.manage"
    # Everybody has it over his own sessions, whatever his roles; see `app.identity.session`.
    SESSION_OWN = "session.own"


class Role(StrEnum):
    collector = "collector"
    lead = "lead"
    credit_manager = "credit_manager"
    risk_officer = "risk_officer"
    service = "service"
    management = "management"
    administrator = "administrator"


class RowScope(StrEnum):
    """Whose borrowers one sees; the wider one contains the narrower ones."""

    own = "own"
    team = "team"
    branch = "branch"
    all = "all"


_READ = frozenset({Permission.LOAN_READ, Permission.CUSTOMER_READ})
_CASE = frozenset({Permission.CASE_READ, Permission.CASE_MOVE})
_REPORT = frozenset({Permission.REPORT_RUN, Permission.REPORT_READ})
_DAY = frozenset({Permission.DAY_READ, Permission.SETTING_READ})

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.collector: _READ | _CASE | {Permission.CUSTOMER_REVEAL},
    Role.lead: _READ
    | _CASE
    | _REPORT
    | {Permission.CASE_ASSIGN, Permission.CUSTOMER_REVEAL, Permission.REMINDER_SEND},
    Role.credit_manager: _READ
    | _REPORT
    | {
        Permission.CASE_READ,
        Permission.PAYMENT_POST,
        Permission.PAYMENT_REVERSE,
        Permission.CUSTOMER_REVEAL,
        Permission.DAY_READ,
    },
    Role.risk_officer: _READ | _REPORT | _DAY | {Permission.CASE_READ, Permission.AUDIT_READ},
    Role.service: _READ | {Permission.CASE_READ, Permission.CUSTOMER_REVEAL},
    Role.management: _READ | _REPORT | _DAY | {Permission.CASE_READ},
    Role.administrator: _DAY
    | {
        Permission.SETTING_CHANGE,
        Permission.IMPORT_RUN,
        Permission.DAY_CLOSE,
        Permission.AUDIT_READ,
        Permission.TOKEN_MANAGE,
        Permission.USER_MANAGE,
        Permission.REPORT_READ,
        Permission.REPORT_RUN,
    },
}

# A collector sees his team's borrowers: a colleague's call is answered by whoever is free.
ROLE_ROW_SCOPE: Mapping[Role, RowScope] = {
    Role.collector: RowScope.team,
    Role.lead: RowScope.branch,
    Role.credit_manager: RowScope.branch,
    Role.risk_officer: RowScope.all,
    Role.service: RowScope.all,
    Role.management: RowScope.all,
    Role.administrator: RowScope.all,
}

_WIDTH = {scope: width for width, scope in enumerate(RowScope)}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def widest_scope(roles: frozenset[Role]) -> RowScope:
    """The widest of the roles' scopes; no role at all sees only its own."""
    scopes = (ROLE_ROW_SCOPE[role] for role in roles)
    return max(scopes, key=_WIDTH.__getitem__, default=RowScope.own)
