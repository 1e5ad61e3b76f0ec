"""Printed numbers: a letter for the kind, the row's id, two check digits.

The check digits are ISO/IEC 7064 MOD 97-10 (as in an IBAN): they catch every single wrong digit
and every swap of neighbours, so that a number misheard on the phone finds nobody rather than
somebody else."""

import re
from enum import StrEnum
from typing import NamedTuple

from app.errors import Invalid
from app.i18n import N_

ID_MAX = 2**63 - 1
_PRINTED = re.compile(r"([LCPK])-?(\d{1,19})-?(\d{2})", re.ASCII | re.IGNORECASE)


class NumberKind(StrEnum):
    loan = "L"
    case = "C"
    payment = "P"
    customer = "K"


class PrintedNumber(NamedTuple):
    kind: NumberKind
    id: int


class NumberMistyped(Invalid):
    code = "NUMBER_MISTYPED"
    text = N_("{number} is not a number of ours: its check digits do not fit.")
    mend = N_("Read the number again; two digits may be swapped.")


def loan_number(id: int) -> str:
    return _printed(NumberKind.loan, id)


def case_number(id: int) -> str:
    return _printed(NumberKind.case, id)


def payment_number(id: int) -> str:
    return _printed(NumberKind.payment, id)


def customer_number(id: int) -> str:
    return _printed(NumberKind.customer, id)


def parse_number(text: str) -> PrintedNumber | None:
    """None when the text does not look like a number of ours; `NumberMistyped` when it nearly is
    one."""
    match = _PRINTED.fullmatch(text.strip())
    if match is None:
        return None
    kind, id = NumberKind(match[1].upper()), int(match[2])
    if match[3] != _check_digits(id) or not 0 < id <= ID_MAX:
        raise NumberMistyped(number=text.strip())
    return PrintedNumber(kind, id)


def _printed(kind: NumberKind, id: int) -> str:
    return f"{kind}{id:07d}{_check_digits(id)}"


def _check_digits(id: int) -> str:
    return f"{98 - id * 100 % 97:02d}"
