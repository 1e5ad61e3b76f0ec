from random import Random

import pytest

from app.customer.models import KeyKind
from app.customer.search_key import (
    Term,
    id_number_terms,
    keys_of,
    name_terms,
    phone_terms,
    plain_phone,
    surname_terms,
)
from app.operation.generator.person import make_person
from app.personal import blind

NAME, PINYIN, INITIALS = KeyKind.name, KeyKind.pinyin, KeyKind.initials


@pytest.mark.parametrize(
    "written",
    [
        "13812341234",
        "138 1234 1234",
        "138-1234-1234",
        "+86 13812341234",
        "+86-138-1234-1234",
        "008613812341234",
        "8613812341234",
        "013812341234",
        "（+86）138 1234 1234",
        "１３８１２３４１２３４",
        "13812341234 ext. 7",
        "13812341234转801",
    ],
)
def test_every_way_to_write_a_mainland_mobile_is_one_number(written: str) -> None:
    assert phone_terms(written) == [(KeyKind.phone, "13812341234"), (KeyKind.phone_tail, "1234")]


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("0571-8888 1234", "057188881234"),
        ("+44 20 7946 0958", "442079460958"),
        ("0044 20 7946 0958", "442079460958"),
        ("8611112222333", "8611112222333"),
    ],
)
def test_other_numbers_keep_their_digits(written: str, digits: str) -> None:
    assert plain_phone(written) == digits


def test_masked_phone_is_found_by_its_tail_only() -> None:
    assert phone_terms("138****1234") == [(KeyKind.phone_tail, "1234")]


@pytest.mark.parametrize("written", ["", "-", "n/a", "110", "12345", "无"])
def test_what_is_no_phone_has_no_key(written: str) -> None:
    assert phone_terms(written) == []


def test_id_number_in_capitals_without_spaces() -> None:
    expected = [(KeyKind.id_number, "33010619900101093X"), (KeyKind.id_tail, "093X")]
    assert id_number_terms("330106 19900101 093x") == expected
    assert id_number_terms("３３０１０６１９９００１０１０９３Ｘ") == expected


def test_masked_id_number_is_found_by_its_tail_only() -> None:
    assert id_number_terms("3301**********0931") == [(KeyKind.id_tail, "0931")]
    assert id_number_terms("33010619900101****") == []
    assert id_number_terms("0931") == []


def test_chinese_name() -> None:
    assert name_terms("林思远") == [
        (NAME, "林思远"),
        (NAME, "林思"),
        (NAME, "林"),
        (PINYIN, "linsiyuan"),
        (PINYIN, "linsi"),
        (INITIALS, "lsy"),
    ]
    assert name_terms(" 林 思远　") == name_terms("林思远")


def test_name_of_two_characters_begins_with_its_surname_only() -> None:
    assert name_terms("王伟") == [
        (NAME, "王伟"),
        (NAME, "王"),
        (PINYIN, "wangwei"),
        (INITIALS, "ww"),
    ]


def test_a_company_is_found_by_its_first_words() -> None:
    assert name_terms("石桥建材厂")[1:] == [
        (NAME, "石桥"),
        (NAME, "石"),
        (PINYIN, "shiqiaojiancaichang"),
        (PINYIN, "shiqiao"),
        (INITIALS, "sqjcc"),
    ]


def test_a_surname_in_pinyin_is_each_character_read_so_frequent_ones_first() -> None:
    assert surname_terms("lin")[:3] == [(NAME, "林"), (NAME, "琳"), (NAME, "磷")]
    # As surnames are read, and as the character is read otherwise.
    for syllable, surname in [("zeng", "曾"), ("ou", "区"), ("lv", "吕"), ("lu", "卢")]:
        assert (NAME, surname) in surname_terms(syllable)
    assert surname_terms("linsi") == surname_terms("xyz") == []


def test_a_borrower_costs_eleven_rows_of_the_directory() -> None:
    """As docs/performance.md says; two of them are the beginnings of his name."""
    people = [make_person(Random(number), number) for number in range(2000)]
    keys = [keys_of(one.name, one.phone, one.id_number, one.email, "K1") for one in people]
    assert 11.2 < sum(map(len, keys)) / len(people) < 11.4


def test_name_with_a_dot_is_found_by_its_parts() -> None:
    assert name_terms("买买提·艾力") == [
        (NAME, "买买提艾力"),
        (NAME, "买买"),
        (NAME, "买"),
        (NAME, "买买提"),
        (NAME, "艾力"),
        (PINYIN, "maimaitiaili"),
        (PINYIN, "maimai"),
        (INITIALS, "mmtal"),
    ]
    assert name_terms("买买提•艾力") == name_terms("买买提·艾力")


def test_latin_name() -> None:
    assert name_terms("Ada King-Lovelace") == [
        (NAME, "ada king lovelace"),
        (PINYIN, "adakinglovelace"),
        (NAME, "ada"),
        (NAME, "king"),
        (NAME, "lovelace"),
        (NAME, "ada lovelace"),
        (INITIALS, "akl"),
    ]
    assert (NAME, "eva oneil") in name_terms("Éva O’Neil")
    assert name_terms("Madonna") == [(NAME, "madonna"), (PINYIN, "madonna")]


def test_given_name_first_or_last_is_the_same_name() -> None:
    assert name_terms("Lovelace Ada")[0] == name_terms("ADA LOVELACE")[0] == (NAME, "ada lovelace")


def test_umlaut_in_a_passport_and_on_a_keyboard_is_one_key() -> None:
    terms = name_terms("吕布")
    assert (PINYIN, "lvbu") in terms
    assert (PINYIN, "lubu") in terms
    assert name_terms("Lyu Bu")[1] == (PINYIN, "lvbu")


@pytest.mark.parametrize("name", ["", " ", "***", "—"])
def test_what_is_no_name_has_no_key(name: str) -> None:
    assert name_terms(name) == []


def test_keys_are_keyed_hashes_each_once() -> None:
    keys = keys_of("吕布", "13812341234", "33010619900101093X", " Ada@Example.com ", " K-17 ")
    expected: list[Term] = [
        (KeyKind.source, "K-17"),
        (KeyKind.phone, "13812341234"),
        (KeyKind.phone_tail, "1234"),
        (KeyKind.id_number, "33010619900101093X"),
        (KeyKind.id_tail, "093X"),
        (KeyKind.email, "ada@example.com"),
        (NAME, "吕布"),
        (NAME, "吕"),
        (PINYIN, "lvbu"),
        (INITIALS, "lb"),
        (PINYIN, "lubu"),
    ]
    assert keys == [(kind, blind(kind.value, text)) for kind, text in expected]
    assert len(set(keys)) == len(keys)


def test_source_keys_are_kept_as_they_are() -> None:
    assert keys_of(source_key="a1") != keys_of(source_key="A1")


def test_nothing_known_has_no_keys() -> None:
    assert keys_of() == []
    assert keys_of("", "", "", "no address", " ") == []
