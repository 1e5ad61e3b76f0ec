"""People who do not exist, in forms that pass every check.

Resident ID numbers follow GB 11643 with a valid check digit under region 99, which no province
has; Chinese mobile numbers lie in block 154, which no carrier has, foreign ones in +1 … 555 01xx,
kept free for fiction; e-mail addresses end in example.com (RFC 2606); provinces and cities are
invented."""

from dataclasses import dataclass
from random import Random

from app.operation.generator import names

REGION = "99"
MOBILE_BLOCK = "154"
# One in twenty-five writes and reads English.
INTERNATIONAL_SHARE = 0.04
BIRTH_YEARS = (1962, 2003)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    language: str
    phone: str
    email: str
    id_number: str
    address: str


def make_person(draw: Random, number: int) -> Person:
    """`number` is the person's own: it makes phone, ID number and e-mail unlike anybody else's."""
    if draw.random() < INTERNATIONAL_SHARE:
        return _international(draw, number)
    return Person(
        name=chinese_name(draw),
        language="zh",
        phone=mobile_number(number),
        # Half of them gave no address to write to.
        email=f"k{number}@example.com" if draw.random() < 0.5 else "",
        id_number=resident_id(draw, number),
        address=chinese_address(draw),
    )


def chinese_name(draw: Random) -> str:
    random = draw.random
    if random() < 0.01:
        surname = names.DOUBLE_SURNAMES[int(random() * len(names.DOUBLE_SURNAMES))]
    else:
        among = names.FREQUENT_SURNAMES if random() < 0.55 else len(names.SURNAMES)
        surname = names.SURNAMES[int(random() * among)]
    given = names.GIVEN[int(random() * len(names.GIVEN))]
    if random() < 0.8:
        given += names.GIVEN[int(random() * len(names.GIVEN))]
    return surname + given


def mobile_number(number: int) -> str:
    """Neighbours get numbers far apart, as in life: the factor shares no divisor with 10⁸."""
    return f"{MOBILE_BLOCK}{number * 61_803_399 % 10**8:08d}"


def resident_id(draw: Random, number: int) -> str:
    """Region 99 with four digits of the number, a birthday, three more digits, the check digit."""
    random = draw.random
    first, last = BIRTH_YEARS
    year = first + int(random() * (last - first))
    birthday = f"{year}{1 + int(random() * 12):02d}{1 + int(random() * 28):02d}"
    body = f"{REGION}{number // 1000 % 10_000:04d}{birthday}{number % 1000:03d}"
    return body + id_check_character(body)


def id_check_character(body: str) -> str:
    """ISO 7064 MOD 11-2 over the first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def chinese_address(draw: Random) -> str:
    random = draw.random
    province, city = names.PLACES[int(random() * len(names.PLACES))]
    district = names.DISTRICTS[int(random() * len(names.DISTRICTS))]
    street = names.STREETS[int(random() * len(names.STREETS))]
    house, flat = 1 + int(random() * 300), 101 + int(random() * 2900)
    return f"{province}{city}{district}{street}{house}号{flat}室"


def _international(draw: Random, number: int) -> Person:
    random = draw.random
    first = names.FIRST_NAMES[int(random() * len(names.FIRST_NAMES))]
    last = names.LAST_NAMES[int(random() * len(names.LAST_NAMES))]
    return Person(
        name=f"{first} {last}",
        language="en",
        phone=f"+1{200 + number // 100 % 800:03d}55501{number % 100:02d}",
        email=f"k{number}@example.com",
        # No country issues passports under ZZ.
        id_number=f"ZZ{number:07d}",
        address=chinese_address(draw),
    )
