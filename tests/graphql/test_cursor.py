import base64
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import cursor
from api.refusal import Refused

BINDING = "loan:disbursed_on:disbursed_on,id:ASC:0"
CURSOR = cursor.encode(BINDING, (date(2026, 1, 31), 7))


def test_it_holds_the_place_of_its_row() -> None:
    place = cursor.decode(CURSOR, BINDING, (date, int), argument="after")
    assert place == (date(2026, 1, 31), 7)


@pytest.mark.parametrize(
    "binding",
    [
        "loan:disbursed_on:disbursed_on,id:DESC:0",
        "loan:id:id:ASC:0",
        "payment:disbursed_on:disbursed_on,id:ASC:0",
        "loan:disbursed_on:disbursed_on,id:ASC:another filter",
    ],
)
def test_it_serves_no_other_list(binding: str) -> None:
    with pytest.raises(Refused) as refused:
        cursor.decode(CURSOR, binding, (date, int), argument="after")
    assert refused.value.extensions == {"code": "INVALID_CURSOR", "argument": "after"}


@given(st.text(max_size=80))
def test_nobody_else_makes_one(text: str) -> None:
    with pytest.raises(Refused):
        cursor.decode(text, BINDING, (date, int), argument="after")


@given(st.integers(0, 40 * 8 - 1))
def test_a_changed_bit_is_noticed(bit: int) -> None:
    packed = bytearray(base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4)))
    place = bit // 8 % len(packed)
    packed[place] ^= 1 << bit % 8
    with pytest.raises(Refused):
        cursor.decode(base64.urlsafe_b64encode(packed).decode(), BINDING, (date, int), argument="x")


def test_a_long_one_is_not_even_read() -> None:
    with pytest.raises(Refused):
        cursor.decode("A" * 100_000, BINDING, (date, int), argument="after")
