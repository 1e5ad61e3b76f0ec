import pytest

from app.customer.models import KeyKind
from app.customer.question import Question, Sought, read_question
from app.customer.search_key import Term
from app.number import NumberKind, PrintedNumber, case_number, loan_number, payment_number

ID_NUMBER = "33010619900101093X"


@pytest.mark.parametrize("text", ["", " ", "a", "--", "**", " 1 ", "。。"])
def test_too_short_to_mean_anybody(text: str) -> None:
    assert read_question(text) is None


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (loan_number(17), PrintedNumber(NumberKind.loan, 17)),
        (case_number(4711).lower(), PrintedNumber(NumberKind.case, 4711)),
        (f" {payment_number(123456789)} ", PrintedNumber(NumberKind.payment, 123456789)),
    ],
)
def test_printed_number(text: str, printed: PrintedNumber) -> None:
    assert read_question(text) == Question(
        sought=Sought.number, printed=printed, source=text.strip()
    )


def test_mistyped_number_may_still_be_the_source_systems() -> None:
    wrong = loan_number(17)[:-1] + ("1" if loan_number(17)[-1] != "1" else "2")
    question = read_question(wrong)
    assert question is not None
    assert question.sought is Sought.number
    assert question.printed is None
    assert question.mistyped is not None
    assert (
        str(question.mistyped) == f"{wrong} is not a number of ours: its check digits do not fit."
    )
    assert question.source == wrong


@pytest.mark.parametrize(
    ("text", "sought", "terms"),
    [
        ("1234", Sought.tail, [(KeyKind.id_tail, "1234"), (KeyKind.phone_tail, "1234")]),
        ("093x", Sought.tail, [(KeyKind.id_tail, "093X")]),
        ("１２３４", Sought.tail, [(KeyKind.id_tail, "1234"), (KeyKind.phone_tail, "1234")]),
        ("ada@Example.com", Sought.email, [(KeyKind.email, "ada@example.com")]),
        (ID_NUMBER.lower(), Sought.id_number, [(KeyKind.id_number, ID_NUMBER)]),
        ("林思远", Sought.name, [(KeyKind.name, "林思远")]),
        ("林 思", Sought.name, [(KeyKind.name, "林思")]),
        ("林", Sought.name, [(KeyKind.name, "林")]),
        ("𠮷", Sought.name, [(KeyKind.name, "𠮷")]),
        ("买买提·艾力", Sought.name, [(KeyKind.name, "买买提艾力")]),
        ("G12345678", Sought.source, [(KeyKind.id_number, "G12345678")]),
        ("123456", Sought.source, []),
        (
            "LSY",
            Sought.latin,
            [(KeyKind.name, "lsy"), (KeyKind.pinyin, "lsy"), (KeyKind.initials, "lsy")],
        ),
        (
            "Siyuan Lin",
            Sought.latin,
            [
                (KeyKind.name, "lin siyuan"),
                (KeyKind.pinyin, "siyuanlin"),
                (KeyKind.pinyin, "linsiyuan"),
            ],
        ),
        ("lyubu", Sought.latin, [(KeyKind.name, "lyubu"), (KeyKind.pinyin, "lvbu"),
                                 (KeyKind.initials, "lyubu")]),
    ],
)  # fmt: skip
def test_what_it_may_mean(text: str, sought: Sought, terms: list[Term]) -> None:
    question = read_question(text)
    assert question is not None
    assert question.sought is sought
    assert list(question.terms) == terms


@pytest.mark.parametrize("text", ["13812341234", "+86 138 1234 1234", "0086-13812341234"])
def test_phone_in_any_form(text: str) -> None:
    question = read_question(text)
    assert question is not None
    assert question.sought is Sought.phone
    assert question.terms[0] == (KeyKind.phone, "13812341234")


def test_source_systems_number_has_no_spaces() -> None:
    with_space, without = read_question("FM 2001"), read_question("FM-2001-33")
    assert with_space is not None
    assert without is not None
    assert with_space.source == ""
    assert without.source == "FM-2001-33"


def test_long_text_is_cut() -> None:
    question = read_question("林" * 10_000)
    assert question is not None
    assert question.terms == ((KeyKind.name, "林" * 120),)
