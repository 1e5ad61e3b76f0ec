from app.errors import Conflict, NotFound
from app.i18n import N_


class ReminderNotFound(NotFound):
    code = "REMINDER_NOT_FOUND"
    text = N_("There is no such reminder.")


class ReminderAlreadyDone(Conflict):
    code = "REMINDER_ALREADY_DONE"
    text = N_("This reminder has been dealt with.")
    mend = N_("Nothing is left to do.")


class ReminderOnItsWay(Conflict):
    code = "REMINDER_ON_ITS_WAY"
    text = N_("Another worker is sending this reminder.")
    mend = N_("Wait: it will say how it went, or be taken for dead.")
