"""One line of `afterloan doctor`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    subject: str
    words: str
    is_well: bool = True
    # What to do about it where it is not well, and what one might do where it is.
    mend: str = ""
    advice: str = ""


Examine = Callable[[], Iterator[Finding]]
