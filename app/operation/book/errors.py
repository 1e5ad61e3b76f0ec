"""What an import refuses."""

from typing import Any

from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_, translate


class MappingInvalid(Invalid):
    """`problem` is a text of its own, whose {fields} are filled from the other facts."""

    code = "MAPPING_INVALID"
    text = N_("The mapping cannot be used: {problem}")
    mend = N_("Compare {where} with docs/book-format.md.")

    def __init__(self, *, problem: str = "", where: str = "", **facts: Any) -> None:
        super().__init__(problem=problem, where=where, **facts)

    def render(self, language: str | None = None) -> str:
        facts = self._spoken(language)
        return translate(self.text, language).format(problem=facts["problem"].format(**facts))

    def render_mend(self, language: str | None = None) -> str:
        return translate(self.mend, language).format(**self._spoken(language))

    def _spoken(self, language: str | None) -> dict[str, Any]:
        """Of the facts, those that are words of ours and not of the mapping."""
        words = {"problem", "where", "wanted", "given"}
        return {
            name: translate(fact, language) if name in words else fact
            for name, fact in self.facts.items()
        }


class ImportNotFound(NotFound):
    code = "IMPORT_NOT_FOUND"
    text = N_("There is no such import.")
    mend = N_("Look it up in the list of imports.")


class BookFaulty(Invalid):
    code = "BOOK_FAULTY"
    text = N_("The book has {count} faults; nothing was written.")
    mend = N_("Correct the lines that are listed and import it again.")


class BookChanged(Conflict):
    code = "BOOK_CHANGED"
    text = N_("Since the check something has changed: {first}")
    mend = N_("Check the files again.")


class NotChecked(Conflict):
    code = "IMPORT_NOT_CHECKED"
    text = N_("This import is {state}; only one that was checked can be written.")
    mend = N_("Wait for the check, or upload the corrected files.")


class DayIsClosing(Conflict):
    code = "DAY_IS_CLOSING"
    text = N_("The business day is being closed.")
    mend = N_("The import goes on by itself when it is done; or start it again then.")


class UploadTooLarge(Invalid):
    code = "UPLOAD_TOO_LARGE"
    text = N_("The files are larger than {megabytes} MB together.")
    mend = N_("Compress them with gzip, or use “afterloan import” on the server.")


class UploadEmpty(Invalid):
    code = "UPLOAD_EMPTY"
    text = N_("No file was chosen.")
    mend = N_("Choose the files of a book, or a single one such as payments.csv.")


class FileNameUnusable(Invalid):
    code = "FILE_NAME_UNUSABLE"
    text = N_("A file cannot be called “{name}”.")
    mend = N_("Rename it, for example to payments.csv.")
