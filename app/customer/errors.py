"""What the look-up and the reveal refuse."""

from app.errors import Invalid, NotFound, TooMany
from app.i18n import N_


class CustomerNotFound(NotFound):
    code = "CUSTOMER_NOT_FOUND"
    text = N_("There is no such borrower, or it is outside what you may see.")
    mend = N_("Look for the name or phone, or ask a colleague who looks after the borrower.")


class NothingToReveal(Invalid):
    code = "NOTHING_TO_REVEAL"
    text = N_("The book holds no such entry for this borrower.")
    mend = N_("Ask the borrower for it.")


class TooManyLookUps(TooMany):
    code = "TOO_MANY_LOOK_UPS"
    text = N_("You searched very often in a short time.")
    mend = N_("Wait {seconds} seconds and search again.")


class TooManyReveals(TooMany):
    code = "TOO_MANY_REVEALS"
    text = N_("You looked at a lot of personal data in a short time.")
    mend = N_("Wait {seconds} seconds. If your work needs more, ask your administrator.")
