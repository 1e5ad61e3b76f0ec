import re

import pytest

from app.identity.service_token import hash_of, new_service_token, read_service_token


def test_a_token_is_read_back_by_its_id_and_hash() -> None:
    token = new_service_token(417)
    assert re.fullmatch(r"afl_417_[0-9a-f]{48}_[0-9a-f]{8}", token)
    written = read_service_token(token)
    assert written is not None
    assert (written.id, written.hash) == (417, hash_of(token))
    assert token not in written.hash


def test_no_two_are_alike() -> None:
    assert new_service_token(1) != new_service_token(1)


@pytest.mark.parametrize("position", [4, 10, 40, -1])
def test_a_slip_of_the_finger_is_seen_without_the_database(position: int) -> None:
    token = new_service_token(4)
    wrong = "1" if token[position] != "1" else "2"
    letters = list(token)
    letters[position] = wrong
    assert read_service_token("".join(letters)) is None


@pytest.mark.parametrize(
    "text", ["", "afl_", "afl_0_x_y", "afl_-1", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "a.b.c"]
)
def test_what_we_did_not_write_is_not_ours(text: str) -> None:
    assert read_service_token(text) is None
    assert read_service_token(new_service_token(1)[:-1]) is None
    assert read_service_token(new_service_token(1) + "0") is None
