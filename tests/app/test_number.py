import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.number import (
    ID_MAX,
    NumberKind,
    NumberMistyped,
    PrintedNumber,
    case_number,
    customer_number,
    loan_number,
    parse_number,
    payment_number,
)

PRINTERS = {
    NumberKind.loan: loan_number,
    NumberKind.case: case_number,
    NumberKind.payment: payment_number,
    NumberKind.customer: customer_number,
}


@given(st.sampled_from(NumberKind), st.integers(1, ID_MAX))
def test_what_is_printed_is_read_again(kind: NumberKind, id: int) -> None:
    assert parse_number(PRINTERS[kind](id)) == PrintedNumber(kind, id)


@given(st.integers(1, 10**12), st.data())
def test_one_wrong_digit_is_noticed(id: int, data: st.DataObject) -> None:
    printed = loan_number(id)
    place = data.draw(st.integers(1, len(printed) - 1))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda d: d != printed[place]))
    with pytest.raises(NumberMistyped):
        parse_number(printed[:place] + digit + printed[place + 1 :])


@given(st.integers(1, 10**12), st.data())
def test_two_swapped_digits_are_noticed(id: int, data: st.DataObject) -> None:
    printed = loan_number(id)
    place = data.draw(st.integers(1, len(printed) - 2))
    swapped = printed[:place] + printed[place + 1] + printed[place] + printed[place + 2 :]
    if swapped != printed:
        with pytest.raises(NumberMistyped):
            parse_number(swapped)


@pytest.mark.parametrize(
    "text", ["", "L", "13812345678", "林思远", "LN-1", "X000000142", "L１２３４５６７８９"]
)
def test_other_things_are_not_numbers_of_ours(text: str) -> None:
    assert parse_number(text) is None


def test_hyphens_small_letters_and_spaces_do_no_harm() -> None:
    printed = loan_number(42)
    assert parse_number(f" {printed[0].lower()}-{printed[1:-2]}-{printed[-2:]} ") == (
        PrintedNumber(NumberKind.loan, 42)
    )
