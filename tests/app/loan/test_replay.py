from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.loan.event import Closed, Event
from app.loan.models import EventKind, LoanStatus
from app.loan.replay import LoanState, replay
from tests.app.loan.lives import BEGIN, LIVES, Life, Paid, received, scheduled, taken_back


def without_sequences(state: LoanState) -> Any:
    """What remains of a state when nobody asks which payment it was."""
    by_date: dict[date, list[int]] = {}
    for a in state.allocations:
        sums = by_date.setdefault(a.value_on, [0] * 6)
        parts = (
            a.amount_minor, a.fee_minor, a.interest_minor, a.principal_minor, a.surplus_minor,
            a.other_minor,
        )  # fmt: skip
        by_date[a.value_on] = [old + new for old, new in zip(sums, parts, strict=True)]
    return state.instalments, state.status, state.closed_on, by_date


@given(LIVES)
def test_no_money_is_lost_and_none_is_made(life: Life) -> None:
    state = replay(life.events())
    for a in state.allocations:
        allocated = a.fee_minor + a.interest_minor + a.principal_minor
        assert allocated + a.surplus_minor + a.other_minor == a.amount_minor
        assert min(a.fee_minor, a.interest_minor, a.principal_minor, a.surplus_minor) >= 0
    for part in ("principal", "interest", "fee"):
        on_instalments = sum(getattr(i, f"{part}_paid_minor") for i in state.instalments)
        assert on_instalments == sum(getattr(a, f"{part}_minor") for a in state.allocations)
    assert state.principal_left_minor == sum(r.principal_minor for r in life.schedule) - sum(
        a.principal_minor for a in state.allocations
    )


@given(LIVES)
def test_the_oldest_is_paid_first_and_in_it_fee_interest_principal(life: Life) -> None:
    instalments = replay(life.events()).instalments
    touched = [i for i in instalments if i.paid_minor]
    for older, newer in pairwise(instalments):
        assert newer.paid_minor == 0 or older.left_minor == 0
    for i in touched:
        assert i.interest_paid_minor == 0 or i.fee_paid_minor == i.terms.fee_minor
        assert i.principal_paid_minor == 0 or i.interest_paid_minor == i.terms.interest_minor
        assert i.left_minor >= 0
        assert (i.settled_on is None) == (i.left_minor > 0)


@given(LIVES)
def test_something_is_kept_for_the_borrower_only_when_nothing_is_owed(life: Life) -> None:
    state = replay(life.events())
    if any(a.surplus_minor for a in state.allocations):
        assert state.is_paid
        assert state.status is LoanStatus.settled


@given(LIVES, st.randoms(use_true_random=False))
def test_the_order_of_booking_does_not_matter(life: Life, random: Any) -> None:
    shuffled = list(life.payments)
    random.shuffle(shuffled)
    booked = without_sequences(replay(life.events()))
    assert without_sequences(replay(life.events(shuffled))) == booked
    events = life.events()
    random.shuffle(events)
    assert without_sequences(replay(events)) == booked


@given(LIVES, st.integers(0, 200), st.integers(1, 20))
def test_a_reversal_restores_what_was(life: Life, days: int, amount_minor: int) -> None:
    events = life.events()
    wrong = received(len(events) + 1, Paid(BEGIN + timedelta(days=days), amount_minor))
    back = taken_back(len(events) + 2, wrong.sequence, BEGIN + timedelta(days=210))
    assert replay([*events, wrong, back]) == replay(events)


@given(LIVES, st.integers(0, 210))
def test_as_of_a_date_is_the_life_up_to_it(life: Life, days: int) -> None:
    until = BEGIN + timedelta(days=days)
    known = [paid for paid in life.payments if paid.on <= until]
    assert without_sequences(replay(life.events(), until=until)) == without_sequences(
        replay(life.events(known))
    )


def test_a_part_payment_by_hand() -> None:
    """Fee 50, interest 1,000, principal 100,000, then the next one; 60,000 come in twice."""
    life = Life(scheduled([(30, 100_000, 1_000, 50), (31, 100_000, 800, 0)]), [])
    first = Paid(date(2026, 1, 31), 60_000)
    state = replay(life.events([first, first]))
    one, two = state.allocations
    assert (one.fee_minor, one.interest_minor, one.principal_minor) == (50, 1_000, 58_950)
    assert (two.fee_minor, two.interest_minor, two.principal_minor) == (0, 800, 59_200)
    assert [i.settled_on for i in state.instalments] == [date(2026, 1, 31), None]
    assert (state.principal_left_minor, state.interest_left_minor) == (81_850, 0)
    assert state.status is LoanStatus.active


def test_what_stands_beside_the_schedule_pays_no_instalment() -> None:
    life = Life(scheduled([(30, 100, 0, 0)]), [Paid(date(2026, 1, 31), 100, 40)])
    (allocation,) = replay(life.events()).allocations
    assert (allocation.principal_minor, allocation.other_minor) == (60, 40)
    assert allocation.surplus_minor == 0


def test_a_loan_is_settled_on_the_day_of_its_last_payment() -> None:
    life = Life(scheduled([(30, 100, 5, 0)]), [])
    late, early = Paid(date(2026, 3, 1), 60), Paid(date(2026, 2, 1), 50)
    state = replay(life.events([late, early]))
    assert (state.status, state.closed_on) == (LoanStatus.settled, date(2026, 3, 1))
    assert [a.surplus_minor for a in state.allocations] == [0, 5]


@pytest.mark.parametrize("status", [LoanStatus.written_off, LoanStatus.transferred])
def test_a_loan_that_left_the_book_is_closed_though_it_owes(status: LoanStatus) -> None:
    life = Life(scheduled([(30, 100, 5, 0)]), [])
    on = date(2026, 6, 30)
    left = Event(sequence=2, kind=EventKind.closed, value_on=on, payload=Closed(status=status))
    state = replay([*life.events(), left])
    assert (state.status, state.closed_on, state.principal_left_minor) == (status, on, 100)
    # What comes in afterwards is a recovery; the loan stays closed.
    recovered = received(3, Paid(date(2026, 7, 1), 105))
    after = replay([*life.events(), left, recovered])
    assert (after.status, after.closed_on, after.principal_left_minor) == (status, on, 0)


@given(LIVES)
def test_a_replay_leaves_its_events_alone(life: Life) -> None:
    events = life.events()
    first = replay(events)
    first.instalments[0].principal_paid_minor += 1
    assert replay(events) == replay([*events])
    assert [replace(i) for i in replay(events).instalments] == replay(events).instalments


def test_an_early_settlement_lets_off_what_it_did_not_ask_for() -> None:
    life = Life(scheduled([(30, 100, 5, 0), (30, 100, 5, 0)]), [])
    on = date(2026, 2, 10)
    settled = Event(
        sequence=3,
        kind=EventKind.closed,
        value_on=on,
        payload=Closed(status=LoanStatus.settled),
    )
    before = replay(life.events([Paid(on, 200)]))
    assert (before.principal_left_minor, before.interest_left_minor) == (10, 0)
    after = replay([*life.events([Paid(on, 200)]), settled])
    assert (after.principal_left_minor, after.interest_left_minor) == (0, 0)
    # What the payment paid stays what it paid.
    assert after.allocations == before.allocations
    assert after.instalments == before.instalments
