"""The audit log in people's words: what was done, and what each entry's values are called."""

from collections.abc import Mapping

from app.i18n import N_, translate

# By verb: the deed alone, and who did it.
DEEDS: Mapping[str, tuple[str, str]] = {
    "case.move": (N_("Case moved"), N_("{who} moved a case")),
    "customer.look_up": (N_("Borrower looked up"), N_("{who} looked somebody up")),
    "customer.read_in_clear": (
        N_("Values read in clear"),
        N_("{who} read values in clear through the API"),
    ),
    "customer.reveal": (N_("Value shown in clear"), N_("{who} looked at a value in clear")),
    "day.start_close": (N_("Close started"), N_("{who} started the close of the day")),
    "day.finish_close": (N_("Day closed"), N_("{who} closed the business day")),
    "day.release_loan": (N_("Loan released"), N_("{who} released a loan from quarantine")),
    "import.ask": (N_("Import asked for"), N_("{who} brought files to import")),
    "import.conclude_check": (N_("Import checked"), N_("{who} checked an import")),
    "import.commit": (N_("Import confirmed"), N_("{who} confirmed an import")),
    "import.write": (N_("Import batch written"), N_("{who} wrote a batch of an import")),
    "import.open_cases": (N_("Cases opened by import"), N_("{who} opened cases for an import")),
    "import.finish": (N_("Import finished"), N_("{who} finished an import")),
    "payment.post": (N_("Payment posted"), N_("{who} posted a payment")),
    "payment.reverse": (N_("Payment reversed"), N_("{who} reversed a payment")),
    "reminder.conclude": (N_("Reminder concluded"), N_("{who} noted what became of a reminder")),
    "report.run": (N_("Report asked for"), N_("{who} asked for a report")),
    "session.open": (N_("Signed in"), N_("{who} signed in")),
    "session.end": (N_("Signed out"), N_("{who} signed out")),
    "setting.change": (N_("Setting changed"), N_("{who} changed a setting")),
    "staff.seed": (N_("Staff set up"), N_("{who} set up the staff of the demo")),
    "token.issue": (N_("Token issued"), N_("{who} issued a token")),
    "token.revoke": (N_("Token revoked"), N_("{who} revoked a token")),
    "user.admit": (N_("Person admitted"), N_("{who} let a person in again")),
    "user.bar": (N_("Person barred"), N_("{who} barred a person")),
    "user.prefer": (N_("Preference chosen"), N_("{who} chose how pages look")),
}

ACTOR_KINDS: Mapping[str, str] = {
    "user": N_("People"),
    "client": N_("Programs"),
    "system": N_("The system"),
}

# What the values of orders and facts are called; what is not here shows its own name.
FIELDS: Mapping[str, str] = {
    "after": N_("After"),
    "amount_minor": N_("Amount"),
    "before": N_("Before"),
    "by": N_("Searched by"),
    "case_id": N_("Case"),
    "channel": N_("Channel"),
    "client": N_("Program"),
    "column": N_("Value"),
    "columns": N_("Values"),
    "currency": N_("Currency"),
    "customer_id": N_("Borrower"),
    "days": N_("Days"),
    "expected_version": N_("Version seen"),
    "from_stage": N_("From column"),
    "in_background": N_("By a worker"),
    "loan_id": N_("Loan"),
    "loans_changed": N_("Loans changed"),
    "loans_set_aside": N_("Loans set aside"),
    "cases_changed": N_("Cases changed"),
    "reminders_planned": N_("Reminders planned"),
    "months": N_("Months"),
    "name": N_("Name"),
    "payment_id": N_("Payment"),
    "reason": N_("Reason"),
    "reference": N_("Reference"),
    "reminder_id": N_("Reminder"),
    "roles": N_("Roles"),
    "rows": N_("Rows"),
    "run_id": N_("Run"),
    "scopes": N_("Scopes"),
    "shard_count": N_("Shards"),
    "shown": N_("Shown"),
    "stage": N_("To column"),
    "state": N_("State"),
    "text": N_("Typed"),
    "to_date": N_("To date"),
    "token_id": N_("Token"),
    "user_id": N_("Person"),
    "value_on": N_("Value date"),
    "why": N_("Why"),
}


def deed(verb: str, language: str | None = None) -> str:
    """Of a verb that no longer exists its own name."""
    return translate(DEEDS[verb][0], language) if verb in DEEDS else verb


def sentence(verb: str, who: str, language: str | None = None) -> str:
    if verb not in DEEDS:
        return f"{who}: {verb}"
    return translate(DEEDS[verb][1], language).format(who=who)


def field(name: str, language: str | None = None) -> str:
    return translate(FIELDS[name], language) if name in FIELDS else name
