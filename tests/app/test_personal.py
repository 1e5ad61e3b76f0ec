import base64
import hmac
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app import personal
from app.customer.models import Customer
from app.personal import (
    FORMAT,
    KeyMissing,
    PersonalField,
    Sealed,
    blind,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
    seal,
)
from app.settings import settings

NAME = "林思远"
PHONE = "15400000001"


def key(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


@pytest.fixture(autouse=True)
def own_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A state folder of its own; the suite's keys come back afterwards."""
    monkeypatch.setenv("AFTERLOAN_HOME", str(tmp_path / "home"))
    _read_again()
    yield
    _read_again()


def _read_again() -> None:
    settings.cache_clear()
    personal._keyring.cache_clear()


@pytest.fixture
def with_keys(monkeypatch: pytest.MonkeyPatch) -> "WithKeys":
    return WithKeys(monkeypatch)


class WithKeys:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, keys: str, index: str = key(9), environment: str = "development") -> None:
        self.monkeypatch.setenv("AFTERLOAN_PERSONAL_KEYS", keys)
        self.monkeypatch.setenv("AFTERLOAN_PERSONAL_INDEX_KEY", index)
        self.monkeypatch.setenv("AFTERLOAN_ENVIRONMENT", environment)
        _read_again()


@given(st.text(max_size=200), st.integers(0, 2**62))
def test_what_was_sealed_opens_in_its_place(text: str, row_id: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert seal(text, "customer", "name", row_id).open("customer", "name", row_id) == text


@pytest.mark.parametrize(
    "place",
    [
        ("customer", "name", 8),
        ("customer", "phone", 7),
        ("related_party", "name", 7),
        # Names that run together the same way are still other places.
        ("customer.name", "", 7),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(place: tuple[str, str, int]) -> None:
    with pytest.raises(InvalidTag):
        seal(NAME, "customer", "name", 7).open(*place)


@pytest.mark.parametrize("at", [2, 13, 14, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    changed = bytearray(seal(NAME, "customer", "name", 7))
    changed[at] ^= 1
    with pytest.raises(InvalidTag):
        Sealed(changed).open("customer", "name", 7)


@pytest.mark.parametrize("junk", [b"", b"\x01", b"\x01\x01short", b"\x07" + b"x" * 60])
def test_what_never_was_a_sealed_value_does_not_open(junk: bytes) -> None:
    with pytest.raises(InvalidTag):
        Sealed(junk).open("customer", "name", 7)


def test_the_same_text_looks_different_each_time_and_says_nothing() -> None:
    one, other = (seal(NAME, "customer", "name", 7) for _ in range(2))
    assert one != other
    assert one[:2] == bytes((FORMAT, 1))
    assert one.find(NAME.encode()) == -1
    assert len({bytes(seal(PHONE, "c", "p", 1)[2:14]) for _ in range(500)}) == 500


def test_a_new_key_seals_and_the_old_one_still_opens(with_keys: WithKeys) -> None:
    with_keys(f"1:{key(1)}")
    old = seal(NAME, "customer", "name", 7)
    with_keys(f"2:{key(2)}, 1:{key(1)}")
    new = seal(NAME, "customer", "name", 7)
    assert (old[1], new[1]) == (1, 2)
    assert old.open("customer", "name", 7) == new.open("customer", "name", 7) == NAME

    with_keys(f"2:{key(2)}")
    assert new.open("customer", "name", 7) == NAME
    with pytest.raises(KeyMissing, match="key 1"):
        old.open("customer", "name", 7)


def test_a_key_without_an_id_is_key_one(with_keys: WithKeys) -> None:
    with_keys(key(1))
    sealed = seal(NAME, "customer", "name", 7)
    with_keys(f"1:{key(1)}")
    assert sealed.open("customer", "name", 7) == NAME


def test_the_wrong_key_opens_nothing(with_keys: WithKeys) -> None:
    with_keys(key(1))
    sealed = seal(NAME, "customer", "name", 7)
    with_keys(key(2))
    with pytest.raises(InvalidTag):
        sealed.open("customer", "name", 7)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("c2hvcnQ=", "this one has 5"),
        ("not base64!", "base64"),
        (f"1:{key(1)},1:{key(2)}", "twice"),
        (f"300:{key(1)}", "0 to 255"),
        (f"x:{key(1)}", "0 to 255"),
    ],
)
def test_keys_that_cannot_be_used_are_named(keys: str, said: str, with_keys: WithKeys) -> None:
    with_keys(keys)
    with pytest.raises(KeyMissing, match=said) as met:
        seal(NAME, "customer", "name", 7)
    # Whoever reads the log must not find the key there.
    assert key(1) not in str(met.value)


def test_blind_indexes_find_the_same_and_tell_kinds_apart(with_keys: WithKeys) -> None:
    with_keys(key(1))
    assert blind("phone", PHONE) == blind("phone", PHONE)
    assert len(blind("phone", PHONE)) == 16
    assert blind("phone", PHONE) != blind("name", PHONE)
    assert blind("phone", PHONE) != blind("phone", PHONE[:-1] + "2")


def test_a_blind_index_is_the_beginning_of_an_hmac(with_keys: WithKeys) -> None:
    with_keys(key(1), key(9))
    whole = hmac.digest(bytes([9]) * 32, f"phone:{PHONE}".encode(), "sha256")
    assert blind("phone", PHONE) == whole[:16]


def test_an_index_hangs_on_its_own_key(with_keys: WithKeys) -> None:
    with_keys(key(1), key(9))
    before = blind("phone", PHONE)
    with_keys(key(2), key(9))
    assert blind("phone", PHONE) == before
    with_keys(key(2), key(8))
    assert blind("phone", PHONE) != before


def test_in_development_keys_are_made_once_for_their_owner_only(with_keys: WithKeys) -> None:
    with_keys("", "")
    sealed, index = seal(NAME, "customer", "name", 7), blind("phone", PHONE)
    files = {path.name: path for path in settings().home.iterdir()}
    assert set(files) == {"personal.key", "personal_index.key"}
    for path in files.values():
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert len(base64.b64decode(path.read_text())) == 32
    assert files["personal.key"].read_text() != files["personal_index.key"].read_text()
    # The next process reads them.
    personal._keyring.cache_clear()
    assert sealed.open("customer", "name", 7) == NAME
    assert blind("phone", PHONE) == index


@pytest.mark.parametrize(("keys", "index"), [("", ""), (key(1), ""), ("", key(9))])
def test_production_makes_no_keys(keys: str, index: str, with_keys: WithKeys) -> None:
    with_keys(keys, index, "production")
    with pytest.raises(KeyMissing, match="AFTERLOAN_PERSONAL_KEYS"):
        seal(NAME, "customer", "name", 7)
    with pytest.raises(KeyMissing, match="AFTERLOAN_PERSONAL_KEYS"):
        blind("phone", PHONE)
    assert not settings().home.exists()


def test_production_takes_the_keys_it_is_given(with_keys: WithKeys) -> None:
    with_keys(key(1), key(9), "production")
    assert seal(NAME, "customer", "name", 7).open("customer", "name", 7) == NAME
    assert not settings().home.exists()


def test_keys_do_not_show_in_what_is_printed(with_keys: WithKeys) -> None:
    with_keys(f"2:{key(2)},1:{key(1)}")
    for shown in (repr(settings()), str(settings()), repr(personal._keyring())):
        assert key(1) not in shown
        assert key(9) not in shown
        assert repr(bytes([9]) * 32) not in shown


def test_a_column_takes_sealed_values_only() -> None:
    field = Customer._meta.fields_map["name"]
    assert isinstance(field, PersonalField)
    sealed = seal(NAME, "customer", "name", 7)
    assert field.to_db_value(sealed, Customer) == sealed
    assert field.to_db_value(None, Customer) is None
    with pytest.raises(AssertionError, match="name is not sealed"):
        field.to_db_value(NAME.encode(), Customer)
    assert isinstance(field.to_python_value(bytes(sealed)), Sealed)


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_name("林思远"), "林**"),
        (mask_name("王芳"), "王*"),
        (mask_name("欧阳娜娜"), "欧***"),
        (mask_name("林"), "林*"),
        (mask_name("Ada Lovelace"), "A** L**"),
        (mask_name("Cher"), "C**"),
        (mask_name(""), ""),
        (mask_phone("13812341234"), "138****1234"),
        (mask_phone("555-12"), "****12"),
        (mask_phone(""), "****"),
        (mask_id_number("990000199001010011"), "**************0011"),
        (mask_id_number("12345678"), "****5678"),
        (mask_id_number("1234567"), "****"),
        (mask_email("lin@example.org"), "l***@example.org"),
        (mask_email(""), "***@"),
    ],
)
def test_masks(masked: str, shown: str) -> None:
    assert masked == shown


@given(st.text(min_size=5, max_size=30).filter(lambda text: not set("*@") & set(text)))
def test_a_mask_never_shows_the_whole(text: str) -> None:
    for mask in (mask_name, mask_phone, mask_id_number):
        assert text not in mask(text)
    assert f"{text}@" not in mask_email(f"{text}@example.org")


def test_of_many_who_make_a_key_at_once_all_hold_the_same(tmp_path: Path) -> None:
    """Two processes of a first import did so, and one of them read an empty file."""
    path = tmp_path / "home" / "personal.key"
    script = (
        "import sys, pathlib, app.personal as p; print(p._made_once(pathlib.Path(sys.argv[1])))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    keys = {process.communicate()[0].strip() for process in started}
    assert len(keys) == 1
    assert [file.name for file in path.parent.iterdir()] == ["personal.key"]
    assert path.stat().st_mode & 0o777 == 0o600
