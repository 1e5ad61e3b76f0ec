"""Words of the trade that several pages show."""

from collections.abc import Mapping

from app.actor import Actor
from app.i18n import N_
from app.i18n import gettext as _
from app.permission import Role

ROLES: Mapping[Role, str] = {
    Role.collector: N_("Collector"),
    Role.lead: N_("Collections lead"),
    Role.credit_manager: N_("Credit manager"),
    Role.risk_officer: N_("Risk officer"),
    Role.service: N_("Customer service"),
    Role.management: N_("Management"),
    Role.administrator: N_("Administrator"),
}


def roles(actor: Actor) -> str:
    """What somebody is here, in one line."""
    names = [_(text) for role, text in ROLES.items() if role in actor.roles]
    return " · ".join(names) if names else _("No role")
