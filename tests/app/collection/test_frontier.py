from hypothesis import given
from hypothesis import strategies as st

from app.collection.frontier import ABOVE_MAX, GAP_KEPT_SECONDS, Frontier


def test_news_without_a_gap_move_the_frontier() -> None:
    frontier = Frontier(10)
    assert frontier.hear([11, 12, 13], now=0) == [11, 12, 13]
    assert (frontier.id, frontier.above) == (13, [])


def test_what_was_heard_is_not_heard_again() -> None:
    frontier = Frontier(10)
    assert frontier.hear([11, 13], now=0) == [11, 13]
    assert frontier.hear([11, 13, 9], now=1) == []
    assert (frontier.id, frontier.above) == (11, [13])


def test_a_late_commit_with_a_lower_id_is_heard() -> None:
    frontier = Frontier(10)
    frontier.hear([12, 13], now=0)
    assert frontier.id == 10
    assert frontier.hear([11], now=5) == [11]
    assert (frontier.id, frontier.above) == (13, [])


def test_a_gap_that_nobody_fills_is_given_up() -> None:
    frontier = Frontier(10)
    frontier.hear([12], now=0)
    frontier.advance(GAP_KEPT_SECONDS)
    assert frontier.id == 10
    frontier.advance(GAP_KEPT_SECONDS + 1)
    assert (frontier.id, frontier.above) == (12, [])


def test_a_flood_above_a_gap_is_bounded() -> None:
    frontier = Frontier(10)
    frontier.hear(range(12, 12 + ABOVE_MAX + 100), now=0)
    assert len(frontier.above) <= ABOVE_MAX


@given(st.permutations(range(1, 30)), st.integers(1, 8))
def test_in_whatever_order_they_come_each_is_heard_once(ids: list[int], size: int) -> None:
    frontier, heard = Frontier(0), list[int]()
    for start in range(0, len(ids), size):
        heard += frontier.hear(ids[start : start + size], now=0)
        # Nothing at or below the frontier is still missing.
        assert set(range(1, frontier.id + 1)) <= set(heard)
    assert sorted(heard) == list(range(1, 30))
    assert (frontier.id, frontier.above) == (29, [])
