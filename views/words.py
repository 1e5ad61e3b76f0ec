"""Words of the trade that several pages show."""

from collections.abc import Mapping

from app.actor import Actor
from app.i18n import N_
from app.i18n import gettext as _
from app.permission import Role, RowScope

ROLES: Mapping[Role, str] = {
    Role.collector: N_("Collector"),
    Role.lead: N_("Collections lead"),
    Role.credit_manager: N_("Credit manager"),
    Role.risk_officer: N_("Risk officer"),
    Role.service: N_("Customer service"),
    Role.management: N_("Management"),
    Role.administrator: N_("Administrator"),
}

ROW_SCOPES: Mapping[RowScope, str] = {
    RowScope.own: N_("Yourself"),
    RowScope.team: N_("Your team"),
    RowScope.branch: N_("Your branch"),
    RowScope.all: N_("The whole company"),
}


def roles(actor: Actor) -> str:
    """What somebody is here, in one line."""
    names = [_(text) for role, text in ROLES.items() if role in actor.roles]
    return " · ".join(names) if names else _("No role")
