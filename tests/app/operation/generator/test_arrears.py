import pytest

from app.operation.generator.arrears import Leg, Spell, legs_of, spells_of

DUE_ON, DUE_MINOR = (100, 130, 160), (50, 50, 50)
AS_OF = 200


@pytest.mark.parametrize(
    ("paid", "written_off", "expected"),
    [
        pytest.param([(100, 50), (129, 100)], None, [], id="in time"),
        pytest.param([(105, 50), (130, 50), (160, 50)], None, [Leg(100, 105)], id="once late"),
        pytest.param(
            [(101, 20), (109, 30)], None, [Leg(100, 109), Leg(130, None), Leg(160, None)],
            id="in two parts, then nothing",
        ),
        pytest.param([(135, 150)], None, [Leg(100, 135), Leg(130, 135)], id="all at once"),
        pytest.param([], 150, [Leg(100, 150), Leg(130, 150)], id="written off"),
    ],
)  # fmt: skip
def test_a_leg_is_an_instalment_that_was_late(
    paid: list[tuple[int, int]], written_off: int | None, expected: list[Leg]
) -> None:
    assert legs_of(DUE_ON, DUE_MINOR, paid, (AS_OF, written_off)) == expected


def test_what_is_due_today_is_not_late() -> None:
    assert legs_of(DUE_ON, DUE_MINOR, [], (100, None)) == []
    assert legs_of(DUE_ON, DUE_MINOR, [], (101, None)) == [Leg(100, None)]


def test_legs_that_overlap_make_one_spell() -> None:
    one, two, three = Leg(100, 140), Leg(130, 150), Leg(150, 155)
    assert spells_of([three, two, one]) == [Spell([one, two], 150), Spell([three], 155)]


def test_an_open_leg_keeps_the_spell_open() -> None:
    one, two = Leg(100, None), Leg(300, 310)
    assert spells_of([one, two]) == [Spell([one, two], None)]
    assert spells_of([]) == []
