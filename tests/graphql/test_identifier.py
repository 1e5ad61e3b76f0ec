import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.identifier import Identifier, Kind, decode, decode_as, encode
from api.refusal import Refused

ID = encode(Kind.Loan, 12, 345)
KEYS = st.integers(1, 2**63 - 1)


@given(st.sampled_from(Kind), KEYS, KEYS)
def test_an_id_leads_back_to_its_row(kind: Kind, customer_id: int, id: int) -> None:
    identifier = Identifier(kind, customer_id, id)
    assert decode(encode(*identifier), argument="id") == identifier


@given(st.text(max_size=40))
def test_other_text_is_no_id(text: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(text, argument="input.loanId")
    assert refused.value.extensions == {"code": "INVALID_ID", "argument": "input.loanId"}


@given(st.integers(0, len(ID) - 1), st.characters(codec="ascii", categories=["L", "N"]))
def test_a_wrong_letter_is_noticed(place: int, letter: str) -> None:
    mistyped = ID[:place] + letter + ID[place + 1 :]
    if mistyped == ID:
        return
    # Sixteen bits of checksum let one slip in 65,536 through, but never as the same row.
    with suppress(Refused):
        assert decode(mistyped, argument="id") != Identifier(Kind.Loan, 12, 345)


@pytest.mark.parametrize(
    "other",
    [
        ID + "=",
        " " + ID,
        ID[:-1],
        ID.replace("A", "a", 1),
        base64.b64encode(b"Loan:345").decode(),
        "gid://shopify/Order/1",
        "345",
        "",
    ],
)
def test_there_is_one_spelling(other: str) -> None:
    with pytest.raises(Refused):
        decode(other, argument="id")


def test_an_id_of_another_type_is_told_apart() -> None:
    with pytest.raises(Refused) as refused:
        decode_as(Kind.Case, ID, argument="id")
    assert refused.value.extensions == {
        "code": "WRONG_ID_TYPE",
        "argument": "id",
        "expected": "Case",
        "actual": "Loan",
    }


def test_the_numbers_of_the_types_stay() -> None:
    assert {kind.name: kind.value for kind in Kind} == {
        "Customer": 1,
        "Loan": 2,
        "Payment": 3,
        "Case": 4,
        "Instalment": 5,
    }
