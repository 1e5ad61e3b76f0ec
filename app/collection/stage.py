"""The stages in people's words."""

from collections.abc import Mapping

from app.collection.models import Stage
from app.i18n import N_, translate

NAMES: Mapping[Stage, str] = {
    Stage.to_contact: N_("To contact"),
    Stage.contacted: N_("Contacted"),
    Stage.promised: N_("Promise to pay"),
    Stage.negotiating: N_("Negotiating"),
    Stage.legal: N_("Legal"),
}


def stage_name(stage: Stage, language: str | None = None) -> str:
    return translate(NAMES[stage], language)
