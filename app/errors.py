"""What we refuse, by name. Anything that is not an `AfterloanError` is a bug and stays a 500."""

import logging
from typing import Any, ClassVar

from app.i18n import N_, translate


class AfterloanError(Exception):
    """A refusal we expect. Says what is wrong and how to mend it, in the reader's language.

    `text` and `mend` are msgids whose {fields} are filled from the facts given as keywords.
    Facts never hold personal data: they end up in logs and in answers."""

    status_code: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL"
    log_level: ClassVar[int] = logging.INFO
    text: ClassVar[str] = ""
    mend: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def render(self, language: str | None = None) -> str:
        return translate(self.text, language).format(**self.facts)

    def render_mend(self, language: str | None = None) -> str:
        return translate(self.mend, language).format(**self.facts) if self.mend else ""

    def told(self, language: str | None = None) -> str:
        """What is wrong and how to mend it, in one line."""
        return f"{self.render(language)} {self.render_mend(language)}".strip()

    def __str__(self) -> str:
        return self.render("en")


class Invalid(AfterloanError):
    status_code = 422
    code = "INVALID"
    log_level = logging.INFO
    text = N_("What was entered cannot be used.")


class Unauthenticated(AfterloanError):
    status_code = 401
    code = "UNAUTHENTICATED"
    text = N_("You are not signed in.")
    mend = N_("Sign in and try again.")


class Forbidden(AfterloanError):
    status_code = 403
    code = "FORBIDDEN"
    log_level = logging.WARNING
    text = N_("Your role does not allow this.")
    mend = N_("Ask your administrator for the permission “{permission}”.")

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"permission": "", **facts})


class NotFound(AfterloanError):
    """Also what is outside the reader's row scope: whether it exists is not his to know."""

    status_code = 404
    code = "NOT_FOUND"
    text = N_("There is no such record, or it is outside what you may see.")
    mend = N_("Check the number, or ask a colleague who looks after it.")


class Conflict(AfterloanError):
    status_code = 409
    code = "CONFLICT"
    text = N_("This does not fit the present state.")


class Stale(Conflict):
    """Somebody else was quicker. `current` is the version that stands."""

    code = "STALE_VERSION"
    text = N_("This was changed meanwhile.")
    mend = N_("Look at what stands now and decide again.")


class IdempotencyKeyReused(Conflict):
    code = "IDEMPOTENCY_KEY_REUSED"
    log_level = logging.WARNING
    text = N_("This idempotency key was used before with another input.")
    mend = N_("Send a new key for a new order; send the same input to repeat one.")


class TooMany(AfterloanError):
    status_code = 429
    code = "RATE_LIMITED"
    log_level = logging.WARNING
    text = N_("Too many requests in a short time.")
    mend = N_("Wait {seconds} seconds and try again.")


class Unavailable(AfterloanError):
    status_code = 503
    code = "UNAVAILABLE"
    log_level = logging.ERROR
    text = N_("The database cannot be reached at the moment.")
    # Not that nothing was changed: it may be lost just after a commit, while its answer is drawn.
    mend = N_("Try again in a moment.")


class TookTooLong(Unavailable):
    code = "TIMEOUT"
    log_level = logging.WARNING
    text = N_("This took longer than anybody should wait.")
    mend = N_("Try again in a moment.")


class NoRoom(Unavailable):
    code = "NO_ROOM"
    text = N_("The database’s disk is full: nothing can be saved at the moment.")
    mend = N_("Nothing was changed. Your administrator has to make room.")


class Uncertain(Unavailable):
    """The answer to COMMIT was lost: nobody here knows which way it went."""

    code = "OUTCOME_UNKNOWN"
    text = N_("The database was lost while this was being saved.")
    mend = N_(
        "It may have been saved or not: look before you repeat it. A program sends the same"
        " order again with the same idempotency key."
    )
