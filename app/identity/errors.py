"""Why somebody does not get in. Each has a page with a way out, and none is worth an alert by
itself."""

import logging

from app.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from app.i18n import N_


class SignInRefused(Unauthenticated):
    """The answer of the identity provider proves nothing. No session was opened."""

    code = "SIGN_IN_REFUSED"
    log_level = logging.WARNING
    text = N_("The answer of the identity provider could not be used.")
    mend = N_("Start the sign-in again. If it happens again, show this page to your administrator.")


class AttemptUnknown(SignInRefused):
    code = "SIGN_IN_ATTEMPT_UNKNOWN"
    text = N_("This sign-in was not started here.")
    mend = N_("Open the sign-in page and start from there.")


class AttemptUsed(SignInRefused):
    code = "SIGN_IN_ATTEMPT_USED"
    text = N_("This sign-in was used already.")
    mend = N_("You may be signed in: open the start page. Otherwise start the sign-in again.")


class AttemptExpired(SignInRefused):
    code = "SIGN_IN_ATTEMPT_EXPIRED"
    log_level = logging.INFO
    text = N_("This sign-in took too long.")
    mend = N_("Start the sign-in again.")


class AttemptOfOtherBrowser(SignInRefused):
    code = "SIGN_IN_OTHER_BROWSER"
    text = N_("This sign-in was started in another browser, or cookies are switched off.")
    mend = N_("Allow cookies for this address and start the sign-in in this browser.")


class AnswerMalformed(SignInRefused):
    code = "SIGN_IN_ANSWER_MALFORMED"
    text = N_("The identity provider sent an incomplete answer.")


class IssuerParameterWrong(SignInRefused):
    code = "SIGN_IN_ISSUER_PARAMETER"
    text = N_("The answer came from another identity provider than the one asked.")


class ProviderDenied(SignInRefused):
    code = "SIGN_IN_DENIED"
    log_level = logging.INFO
    text = N_("The identity provider did not let you in.")
    mend = N_("Start again with another account, or ask whoever manages your company account.")


class CodeRefused(SignInRefused):
    code = "SIGN_IN_CODE_REFUSED"
    text = N_("The identity provider did not accept the code of this sign-in.")


class IdTokenMissing(SignInRefused):
    code = "SIGN_IN_ID_TOKEN_MISSING"
    text = N_("The identity provider did not say who you are.")


class IdTokenInvalid(SignInRefused):
    """`reason` names the claim or the check, never its value."""

    code = "SIGN_IN_ID_TOKEN_INVALID"
    text = N_("What the identity provider says about you cannot be trusted ({reason}).")


class SubjectMismatch(SignInRefused):
    code = "SIGN_IN_SUBJECT_MISMATCH"
    text = N_("The identity provider named two different people.")


class AccountClosed(SignInRefused):
    status_code = 403
    code = "SIGN_IN_ACCOUNT_CLOSED"
    text = N_("Your account here was closed.")
    mend = N_("Ask your administrator to open it again.")


class ProviderUnavailable(Unavailable):
    code = "IDENTITY_PROVIDER_UNAVAILABLE"
    text = N_("The identity provider cannot be reached at the moment.")
    mend = N_("Try again in a moment. If it stays so, tell your administrator.")


class ProviderMisconfigured(Unavailable):
    """`reason` names the member of the provider's own description that is wrong."""

    code = "IDENTITY_PROVIDER_MISCONFIGURED"
    text = N_("The identity provider is not set up as agreed ({reason}).")
    mend = N_("Show this page to your administrator.")


class TooManySignIns(TooMany):
    code = "SIGN_IN_RATE_LIMITED"
    text = N_("Too many sign-ins were started from here.")


class DevelopmentProviderRefused(Conflict):
    """`reason` is a whole sentence of its own."""

    code = "DEVELOPMENT_PROVIDER_REFUSED"
    text = N_("The development identity provider does not run here.")
    mend = N_("Set AFTERLOAN_OIDC_ISSUER to your own identity provider.")


class TokenRefused(Unauthenticated):
    """Malformed, unknown, expired or revoked: the caller is not told which."""

    code = "TOKEN_REFUSED"
    text = N_("The bearer token is not valid.")
    mend = N_("Get a new token and send it as “Authorization: Bearer …”.")


class TokenUnknown(NotFound):
    code = "TOKEN_UNKNOWN"
    text = N_("There is no such token.")
    mend = N_("Look it up in the list of tokens.")


class TokenRevoked(Conflict):
    code = "TOKEN_REVOKED"
    text = N_("This token was revoked already.")


class ClientNameInvalid(Invalid):
    code = "CLIENT_NAME_INVALID"
    text = N_("The name of a client has 1 to {length_max} printable characters.")


class ScopeMissing(Invalid):
    code = "SCOPE_MISSING"
    text = N_("A token needs at least one scope.")
    mend = N_("Choose from: {known}.")


class ScopeUnknown(Invalid):
    code = "SCOPE_UNKNOWN"
    text = N_("There is no scope “{scope}”.")
    mend = N_("Choose from: {known}.")


class TokenLifetimeInvalid(Invalid):
    code = "TOKEN_LIFETIME_INVALID"
    text = N_("A token lives between one and {days_max} days.")


class PreferenceUnknown(Invalid):
    code = "PREFERENCE_UNKNOWN"
    text = N_("There is no such choice.")


class CrossSite(Forbidden):
    """A page of somebody else tried to act in the name of whoever is signed in here."""

    code = "CROSS_SITE"
    text = N_("This request did not come from a page of ours.")
    mend = N_("Load the page again and repeat what you did.")


class BodyTooLarge(Invalid):
    status_code = 413
    code = "BODY_TOO_LARGE"
    text = N_("What was sent is larger than {megabytes} MB.")
    mend = N_("Send less at once.")
