"""Why a loan was set aside by the close, in words."""

from collections.abc import Mapping
from typing import Any

from app.i18n import N_, translate
from app.money import to_decimal

REASONS: Mapping[str, str] = {
    "schedule_incomplete": N_("The schedule has {found} instalments, the terms say {expected}."),
    "balance_differs": N_("The schedule leaves {found} of principal, the loan says {expected}."),
    "history_broken": N_("Its standing has no beginning that the new day could follow."),
    "days_missed": N_("It should have changed on {since}; the days since have to be made up."),
    "events_missing": N_("Its log does not say how it was opened."),
    "refused": N_("The database refused its new standing by the rule “{rule}”."),
}


def reason_text(code: str, facts: Mapping[str, Any], language: str | None = None) -> str:
    shown = dict(facts)
    if currency := shown.pop("currency", None):
        for name in ("expected", "found"):
            shown[name] = f"{to_decimal(int(shown[name]), currency)} {currency}"
    return translate(REASONS[code], language).format(**shown)
