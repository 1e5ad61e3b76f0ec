"""Each fault in words, and how to mend it."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from app.i18n import N_


class Words(msgspec.Struct, frozen=True):
    text: str
    mend: str


_FILE = {
    "FILE_EMPTY": Words(
        N_("The file is empty."),
        N_("Export it again; the first line names the columns."),
    ),
    "FILE_IS_ZIP": Words(
        N_("This is an archive or an Excel workbook, not text."),
        N_("Unpack it, or save the sheet as CSV UTF-8."),
    ),
    "FILE_IS_SPREADSHEET": Words(
        N_("This is an Excel workbook, not text."),
        N_("Save the sheet as CSV UTF-8."),
    ),
    "FILE_IS_NO_TEXT": Words(
        N_("This is no text file."),
        N_("Give the export as CSV."),
    ),
    "FILE_DAMAGED": Words(
        N_("The file ends too early or is damaged from here on."),
        N_("Copy or export it again."),
    ),
    "FILE_ENCODING": Words(
        N_("The file is read as {declared} but looks like {found}."),
        N_('Save it as UTF-8, or write encoding = "{setting}" in the mapping.'),
    ),
    "FILE_UNKNOWN": Words(
        N_("Nothing tells which table “{value}” is."),
        N_("Name it like a table, such as payments.csv, or name it in a mapping."),
    ),
    "FILE_MISSING": Words(
        N_("No file fits “{value}”."),
        N_("Add the file, or correct its name in the mapping."),
    ),
    "BOOK_EMPTY": Words(
        N_("There is not one row to import."),
        N_("Give a folder with loans.csv, or name the files in a mapping."),
    ),
    "LINE_TOO_LONG": Words(
        N_("The line has more than {most} characters."),
        N_("Check for a missing line end or a quote that never closes."),
    ),
    "BYTES_BROKEN": Words(
        N_("“{value}” holds bytes that are no characters."),
        N_("Save the file as UTF-8 from the source system again."),
    ),
    "CONTROL_CHARACTER": Words(
        N_("“{value}” holds a control character."),
        N_("Remove it; text and numbers have none."),
    ),
    "QUOTE_NOT_CLOSED": Words(
        N_("A quotation mark opens here and does not close."),
        N_("Close it, or double it if it belongs to the text."),
    ),
    "QUOTE_MISPLACED": Words(
        N_("A quotation mark stands inside a cell."),
        N_("Put the whole cell in quotes and double the ones inside."),
    ),
    "CELLS_COUNT": Words(
        N_("The line has {found} cells, the header has {expected}."),
        N_("Look for a separator too many or too few; put text that holds one in quotes."),
    ),
    "COLUMN_MISSING": Words(
        N_("There is no column “{value}”."),
        N_("Add it ({label}), or say in the mapping which column it is."),
    ),
    "MAPPING_UNFIT": Words(
        N_("The mapping's “{value}” cannot be used with this file."),
        N_("Look at {where} in the mapping; a star may fit a heading too many."),
    ),
    "COLUMN_DOUBLED": Words(
        N_("Two columns are called “{value}”; the first is column {first}."),
        N_("Rename or remove one of them."),
    ),
}

_VALUE = {
    "VALUE_MISSING": Words(
        N_("The cell is empty."),
        N_("Fill it in; every row needs it."),
    ),
    "DATE_UNREADABLE": Words(
        N_("“{value}” is not a date in the expected form."),
        N_("Write it like {form}, or add its form under dates in the mapping."),
    ),
    "DATE_NOT_IN_CALENDAR": Words(
        N_("“{value}” is in no calendar."),
        N_("Correct the day or the month."),
    ),
    "DATE_OUT_OF_RANGE": Words(
        N_("“{value}” is too far from today to be meant."),
        N_("Correct the year."),
    ),
    "NUMBER_UNREADABLE": Words(
        N_("“{value}” is not a number."),
        N_(
            "Write plain digits with a point, such as 1234.56, or set decimal or strip in the"
            " mapping."
        ),
    ),
    "NUMBER_IS_NONE": Words(
        N_("“{value}” stands for no number at all."),
        N_("Write the amount; leave the cell empty only where that is allowed."),
    ),
    "NUMBER_HAS_EXPONENT": Words(
        N_("“{value}” is shortened by an exponent."),
        N_("Format the column as a number without exponents and export it again."),
    ),
    "NUMBER_IS_GROUPED": Words(
        N_("“{value}” is grouped in thousands."),
        N_("Write 1234.56, or name the sign as thousands in the mapping."),
    ),
    "NUMBER_NOT_ASCII": Words(
        N_("“{value}” is written in digits of another script."),
        N_("Write it in the digits 0 to 9."),
    ),
    "NUMBER_NOT_WHOLE": Words(
        N_("“{value}” is not a whole number."),
        N_("Write it without a fraction."),
    ),
    "NUMBER_TOO_LARGE": Words(
        N_("“{value}” is larger than any number that is meant here."),
        N_("Check for a missing separator."),
    ),
    "THOUSANDS_MISPLACED": Words(
        N_("The “{sign}” in “{value}” groups no thousands."),
        N_("Check whether it is the decimal sign."),
    ),
    "AMOUNT_TOO_PRECISE": Words(
        N_("“{value}” has more decimals than {currency} ({decimals})."),
        N_("Round it, or write round = true in the mapping."),
    ),
    "AMOUNT_TOO_LARGE": Words(
        N_("“{value}” is larger than any amount in {currency} that can be booked."),
        N_("Check the unit in the mapping."),
    ),
    "AMOUNT_NOT_POSITIVE": Words(
        N_("“{value}” is not above zero."),
        N_("Leave the row out; of a reversal name the payment it takes back under reverses."),
    ),
    "AMOUNT_NEGATIVE": Words(
        N_("“{value}” is below zero."),
        N_("Correct the sign, or write negate = true in the mapping."),
    ),
    "OTHER_ABOVE_AMOUNT": Words(
        N_("The other amount “{value}” is more than the whole payment."),
        N_("The payment's amount includes it; correct one of the two."),
    ),
    "RATE_OUT_OF_RANGE": Words(
        N_("“{value}” is no yearly rate between 0 and {most} %."),
        N_("Check rate_unit in the mapping."),
    ),
    "COUNT_NOT_POSITIVE": Words(
        N_("“{value}” is not a count from 1 on."),
        N_("Correct it."),
    ),
    "CODE_UNKNOWN": Words(
        N_("“{value}” is not one of the known words."),
        N_("Use one of {known}, or say under codes in the mapping what it means."),
    ),
    "CURRENCY_UNKNOWN": Words(
        N_("“{value}” is not a currency."),
        N_("Use the three letters of ISO 4217, such as CNY or USD."),
    ),
    "TEXT_TOO_LONG": Words(
        N_("The cell has {chars} characters; at most {most} are kept."),
        N_("Shorten it."),
    ),
    "TEXT_IS_FORMULA": Words(
        N_("“{value}” would run as a formula in a spreadsheet."),
        N_("Remove the “{sign}” at its beginning."),
    ),
    "KEY_SHORTENED": Words(
        N_("“{value}” is a number that a spreadsheet has shortened."),
        N_("Format the column as text and export it again."),
    ),
}

_BOOK = {
    "KEY_DOUBLED": Words(
        N_("“{value}” is on line {first} already, with other content."),
        N_("Remove one of the two, or join columns in the mapping so that each has its own key."),
    ),
    "CUSTOMER_UNKNOWN": Words(
        N_("There is no borrower “{value}”."),
        N_("Add him to the customers file, or correct the key."),
    ),
    "LOAN_UNKNOWN": Words(
        N_("There is no loan “{value}”, neither in these files nor in the book."),
        N_("Add it to the loans file, or correct the key."),
    ),
    "LOAN_CLOSED": Words(
        N_("The loan “{value}” was closed on {closed_on}."),
        N_("Correct the date or the loan; a late payment on a closed loan is booked by hand."),
    ),
    "LOAN_CHANGED": Words(
        N_("The loan “{value}” is in the book with another {field}."),
        N_("Correct the file; the terms of a booked loan do not change by import."),
    ),
    "SECURITY_UNKNOWN": Words(
        N_("There is no security item “{value}”."),
        N_("Add it to the security file, or correct the key."),
    ),
    "DATE_FUTURE": Words(
        N_("{value} lies after {today}."),
        N_("Correct the date, or as_of in the mapping; only what has happened is booked."),
    ),
    "BEFORE_DISBURSEMENT": Words(
        N_("{value} lies before the disbursement on {disbursed_on}."),
        N_("Correct one of the two dates."),
    ),
    "SCHEDULE_MISSING": Words(
        N_("The loan “{value}” has no instalments, and {missing} is missing to make them."),
        N_("Give the instalments, or method, rate, count and a first date."),
    ),
    "SCHEDULE_CHANGED": Words(
        N_("The schedule of “{value}” differs from the one in the book."),
        N_("Leave its instalments out; a booked schedule does not change by import."),
    ),
    "INSTALMENT_EMPTY": Words(
        N_("The instalment has no amount."),
        N_("Give principal and interest, or amount."),
    ),
    "INSTALMENT_DISAGREES": Words(
        N_("Principal, interest and fee make {parts}, the amount says {value}."),
        N_("Correct one of them, or leave the amount out."),
    ),
    "DUE_ORDER": Words(
        N_("{value} does not follow the due date before it."),
        N_("Due dates rise with the instalment's number; correct number or date."),
    ),
    "NUMBER_DOUBLED": Words(
        N_("Instalment {value} is on line {first} already, with other content."),
        N_(
            "Remove one of the two or correct its number; where several rows make up one"
            " instalment, leave number out in the mapping."
        ),
    ),
    "CURRENCY_DIFFERS": Words(
        N_("The row is in {currency}, its loan in {loan_currency}."),
        N_("Name the currency column in the mapping, or correct it."),
    ),
    "PARTY_NAMELESS": Words(
        N_("The row names neither a loan nor a borrower."),
        N_("Fill in loan_key or customer_key."),
    ),
    "REVERSED_BEFORE_PAID": Words(
        N_("The payment was taken back on {value}, before it came."),
        N_("Correct one of the two dates."),
    ),
    "PAYMENT_UNKNOWN": Words(
        N_("The loan has no payment “{value}” to take back."),
        N_("Add that payment, or correct its key under reverses."),
    ),
    "REVERSAL_DIFFERS": Words(
        N_("The reversal is over {value}, its payment over {amount}."),
        N_("A payment is taken back whole; correct one of the two amounts."),
    ),
    "PAYMENT_CHANGED": Words(
        N_("The payment “{value}” is in the book with another day or amount."),
        N_("Reverse it in the book and give the new one another key."),
    ),
    "EVENT_UNSUPPORTED": Words(
        N_("“{value}” on {on} cannot be booked on this loan."),
        N_(
            "Map the code to “ignore” where payments or instalments already carry it;"
            " restructured schedules are not booked by import."
        ),
    ),
}

WORDS: Mapping[str, Words] = MappingProxyType({**_FILE, **_VALUE, **_BOOK})
