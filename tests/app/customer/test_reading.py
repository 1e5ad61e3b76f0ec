import pytest

from app.customer.reading import READINGS_MAX, readings


@pytest.mark.parametrize(
    ("name", "syllables"),
    [
        ("林思远", ("lin", "si", "yuan")),
        ("曾志伟", ("zeng", "zhi", "wei")),
        ("单雄信", ("shan", "xiong", "xin")),
        ("解晓东", ("xie", "xiao", "dong")),
        ("仇英", ("qiu", "ying")),
        ("查良镛", ("zha", "liang", "yong")),
        ("任重", ("ren", "zhong")),
        ("区志豪", ("ou", "zhi", "hao")),
        ("翟晟", ("zhai", "sheng")),
        ("朴槿惠", ("piao", "jin", "hui")),
        ("乐嘉", ("yue", "jia")),
        ("欧阳修", ("ou", "yang", "xiu")),
        ("尉迟恭", ("yu", "chi", "gong")),
        ("长孙无忌", ("zhang", "sun", "wu", "ji")),
        ("万俟卨", ("mo", "qi", "xie")),
        ("令狐冲", ("ling", "hu", "chong")),
        ("吕布", ("lv", "bu")),
        ("王", ("wang",)),
    ],
)
def test_likeliest_reading(name: str, syllables: tuple[str, ...]) -> None:
    assert readings(name)[0] == syllables


def test_second_readings_follow_by_how_much_they_differ() -> None:
    assert readings("张重贵") == [("zhang", "zhong", "gui"), ("zhang", "chong", "gui")]
    assert readings("翟晟") == [
        ("zhai", "sheng"),
        ("zhai", "cheng"),
        ("di", "sheng"),
        ("di", "cheng"),
    ]


def test_surname_is_also_found_by_its_everyday_reading() -> None:
    assert readings("单雄信") == [("shan", "xiong", "xin"), ("dan", "xiong", "xin")]


def test_umlaut_is_also_written_u() -> None:
    assert readings("吕律") == [("lv", "lv"), ("lv", "lu"), ("lu", "lv"), ("lu", "lu")]


def test_no_name_has_more_readings_than_the_bound() -> None:
    assert len(readings("单乐晟长")) == READINGS_MAX == 4
    assert readings("单乐晟长")[0] == ("shan", "le", "sheng", "chang")


def test_company_is_read_as_a_phrase() -> None:
    assert readings("重庆长安汽车") == [("chong", "qing", "chang", "an", "qi", "che")]
