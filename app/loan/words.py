"""The loan's codes in people's words. What a lender calls otherwise is shown as he wrote it."""

from collections.abc import Mapping

from app.i18n import N_, translate
from app.loan.bucket import LAST_DAYS

STATUSES: Mapping[str, str] = {
    "active": N_("Repaying"),
    "settled": N_("Settled"),
    "written_off": N_("Written off"),
    "transferred": N_("Transferred"),
}
METHODS: Mapping[str, str] = {
    "equal_instalment": N_("Equal instalments"),
    "equal_principal": N_("Equal principal"),
    "interest_only": N_("Interest only, principal at the end"),
    "bullet": N_("All at the end"),
    "flat": N_("Flat rate"),
}
CHANNELS: Mapping[str, str] = {
    "direct_debit": N_("Direct debit"),
    "transfer": N_("Bank transfer"),
    "wallet": N_("Wallet"),
    "counter": N_("At the counter"),
    "card": N_("Card"),
    "cash": N_("Cash"),
}
SECURITY_KINDS: Mapping[str, str] = {
    "vehicle": N_("Vehicle"),
    "property": N_("Property"),
    "deposit": N_("Deposit"),
}


def said(words: Mapping[str, str], code: str, language: str | None = None) -> str:
    """`no_answer` that nobody has a word for becomes “no answer”."""
    known = words.get(code)
    return translate(known, language) if known else code.replace("_", " ")


def bucket_name(bucket: int) -> str:
    """M2 (31–60), M7 (181+), M0."""
    if bucket == 0:
        return "M0"
    first = LAST_DAYS[bucket - 1] + 1
    last = f"–{LAST_DAYS[bucket]}" if bucket < len(LAST_DAYS) else "+"
    return f"M{bucket} ({first}{last})"
