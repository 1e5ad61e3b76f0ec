"""What a collection case refuses."""

from app.collection.models import Stage
from app.collection.stage import stage_name
from app.errors import Conflict, Invalid, NotFound, Stale
from app.i18n import N_, translate


class CaseNotFound(NotFound):
    code = "CASE_NOT_FOUND"
    text = N_("There is no such case, or it is outside what you may see.")
    mend = N_("Check the case's number, or ask the team that looks after it.")


class CaseClosed(Conflict):
    code = "CASE_CLOSED"
    text = N_("Case {number} is closed: nothing of the borrower's is overdue any more.")
    mend = N_("Nothing is left to do; a new case opens if the borrower falls behind again.")


class CaseChanged(Stale):
    """Its facts: `number`, `stage` and `version` as they stand, `moved_by` (empty when nobody
    moved it: the system changed it)."""

    code = "CASE_CHANGED"
    text = N_("{moved_by} has moved case {number} to “{stage}” meanwhile.")
    by_system = N_("Case {number} was changed meanwhile; it is in “{stage}”.")
    mend = N_("Look at what stands now and decide again.")

    def render(self, language: str | None = None) -> str:
        pattern = self.text if self.facts["moved_by"] else self.by_system
        return translate(pattern, language).format(**_in_words(self.facts, language))


class CaseAlreadyThere(Invalid):
    code = "CASE_ALREADY_THERE"
    text = N_("Case {number} is in “{stage}” already.")
    mend = N_("Choose another column.")

    def render(self, language: str | None = None) -> str:
        return translate(self.text, language).format(**_in_words(self.facts, language))


def _in_words(facts: dict[str, object], language: str | None) -> dict[str, object]:
    return facts | {"stage": stage_name(Stage(str(facts["stage"])), language)}
