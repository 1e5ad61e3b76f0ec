"""How a lender's people go after what is late: whom they reach, what they are promised, and where
the case stands in the end.

What a borrower says fits what he does: who pays within days has promised it, and a promise that no
payment follows is broken. Nobody is called at night, and nobody twice a day."""

from bisect import bisect_left
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from app.collection.models import Stage
from app.operation.generator.arrears import Leg, Spell
from app.operation.generator.calendar import Calendar
from app.operation.generator.staff import Colleague

# A payment so soon after a talk was promised in it.
FOLLOWS_DAYS = 6
PROMISED_DAYS, PROMISED_SPAN = 3, 10
PLAN_FROM_DAYS_LATE = 12
LEGAL_FROM_DAYS_LATE, LEGAL_SPAN_DAYS = 91, 60
OPENING_HOURS = (9, 20)
# Nobody rings at a door in the evening.
OFFICE_HOURS = (9, 18)

REACHED = frozenset({"reached", "refused", "promised", "plan_asked"})


class Rung(NamedTuple):
    """What is done up to so many days late, and how many days pass until the next attempt."""

    days_late: int
    channels: Sequence[str]
    gap: int
    span: int


LADDER = (
    Rung(4, ("sms",), 3, 4),
    Rung(30, ("call", "call", "call", "call", "sms"), 6, 5),
    Rung(90, ("call", "call", "call", "call", "call", "call", "message", "sms", "visit"), 4, 5),
    Rung(180, ("call", "call", "call", "letter", "visit"), 9, 8),
    Rung(100_000, ("call", "call", "letter", "visit"), 18, 15),
)
# What a talk brings, as often as it stands here.
IF_HE_PAYS = ("promised", "promised", "promised", "reached", "no_answer")
EARLY = (
    "no_answer", "no_answer", "no_answer", "no_answer", "reached", "reached", "promised",
    "promised", "promised", "promised", "third_party", "refused",
)  # fmt: skip
LATER = (*EARLY, "no_answer", *["plan_asked"] * 3, "refused", "wrong_number")
BY_ITSELF = {"sms": ("delivered", "delivered", "sent"), "letter": ("delivered", "sent")}
# A text is answered by nobody else, and a wrong door does not open.
UNHEARD = {"message": "delivered", "visit": "not_met"}
CALLS_IN = 0.2

NOTES = {
    "reached": ("已告知逾期金额和还款方式", "称会尽快处理，约定再联系", ""),
    "plan_asked": ("收入下降，希望分期偿还", "希望先还本金，分三期偿还", "申请延期，已转方案复核"),
    "refused": ("称近期失业，暂无还款能力", "对利息金额有异议", "拒绝沟通，挂断电话"),
    "third_party": ("家人接听，请其转告回电，未透露欠款",),
    "wrong_number": ("机主称不认识本人，待核实号码",),
}
VISIT_NOTE = "两人上门，已出示证件并全程录音录像"
LETTER_NOTE = "催收函寄往登记地址"


class Talk(NamedTuple):
    day: int
    # Minutes after midnight.
    at: int
    channel: str
    direction: str
    outcome: str
    # Empty when nobody did it by hand.
    agent: str
    note: str


class Pursuit:
    """One spell of arrears from the first reminder to its end. `talks` is what was done, `stage`,
    `since` and `next_on` where the case stands."""

    def __init__(
        self, draw: Random, calendar: Calendar, spell: Spell, paid_on: Sequence[int]
    ) -> None:
        """`paid_on` are the days of the borrower's payments, in order."""
        self.draw, self.calendar, self.spell, self.paid_on = draw, calendar, spell, paid_on
        self.talks: list[Talk] = []
        first = spell.legs[0].due_on
        self.opened_on = first + 1
        self.stage, self.since = Stage.to_contact, self.opened_on
        self.next_on = first + 2 + int(draw.random() * 3)
        self._oldest = 0
        self._broken = 0
        self._legal_after = LEGAL_FROM_DAYS_LATE + int(draw.random() * LEGAL_SPAN_DAYS)

    def run(self, own: Colleague, team: Sequence[Colleague]) -> None:
        ends = self.spell.until or self.calendar.as_of + 1
        while self.next_on < ends and self.next_on <= self.calendar.as_of:
            day = self.next_on
            agent = own if self.draw.random() < 0.85 else team[int(self.draw.random() * len(team))]
            self._settle_promise(day)
            self._try(day, agent.name)

    @property
    def next_action_on(self) -> int:
        """The promised day itself; it is asked about on the day after."""
        return self.next_on - (self.stage is Stage.promised)

    def days_late(self, day: int) -> int:
        legs = self.spell.legs
        while self._oldest < len(legs) - 1 and _is_over(legs[self._oldest], day):
            self._oldest += 1
        return day - legs[self._oldest].due_on

    def _try(self, day: int, agent: str) -> None:
        random, late = self.draw.random, self.days_late(day)
        if late > self._legal_after and self.stage is not Stage.legal:
            self._stand(Stage.legal, day)
        rung = next(rung for rung in LADDER if late <= rung.days_late)
        channel = rung.channels[int(random() * len(rung.channels))]
        self.next_on = day + rung.gap + int(random() * rung.span)
        if by_itself := BY_ITSELF.get(channel):
            outcome = by_itself[int(random() * len(by_itself))]
            note = LETTER_NOTE if channel == "letter" else ""
            self._log(day, channel, outcome, agent=agent if note else "", note=note)
            return
        pays_on = self._pays_after(day)
        among = IF_HE_PAYS if pays_on else EARLY if late < PLAN_FROM_DAYS_LATE else LATER
        outcome = among[int(random() * len(among))]
        if channel in UNHEARD and outcome not in REACHED:
            outcome = UNHEARD[channel]
        calls_in = channel != "visit" and outcome in REACHED and random() < CALLS_IN
        note = self._followed(day, outcome, pays_on)
        if channel == "visit":
            note = note or VISIT_NOTE
        self._log(day, channel, outcome, agent=agent, note=note, calls_in=calls_in)

    def _followed(self, day: int, outcome: str, pays_on: int) -> str:
        """Where the case stands after the talk, and what is written down about it."""
        random = self.draw.random
        if outcome == "promised":
            promised_on = pays_on or day + PROMISED_DAYS + int(random() * PROMISED_SPAN)
            self._stand(Stage.promised, day)
            self.next_on = promised_on + 1
            return f"承诺{self.calendar.said(promised_on)}前还款"
        if outcome == "plan_asked":
            self._stand(Stage.negotiating, day)
        elif outcome in REACHED and self.stage is Stage.to_contact:
            self._stand(Stage.contacted, day)
        if self._broken and outcome in REACHED:
            broken, self._broken = self._broken, 0
            return f"{self.calendar.said(broken)}的还款承诺未兑现"
        notes = NOTES.get(outcome)
        return notes[int(random() * len(notes))] if notes else ""

    def _settle_promise(self, day: int) -> None:
        """The day after it the word was kept or broken; then the case is one to call again."""
        if self.stage is Stage.promised:
            kept = bisect_left(self.paid_on, self.since) < bisect_left(self.paid_on, day)
            self._broken = 0 if kept else day - 1
            self._stand(Stage.contacted, day)

    def _stand(self, stage: Stage, day: int) -> None:
        """Out of the lawyers' hands a case does not come by a talk."""
        if self.stage is not Stage.legal and self.stage is not stage:
            self.stage, self.since = stage, day

    def _pays_after(self, day: int) -> int:
        at = bisect_left(self.paid_on, day)
        if at == len(self.paid_on) or self.paid_on[at] > day + FOLLOWS_DAYS:
            return 0
        return self.paid_on[at]

    def _log(
        self, day: int, channel: str, outcome: str, *, agent: str, note: str, calls_in: bool = False
    ) -> None:
        opens, closes = OFFICE_HOURS if channel in ("visit", "letter") else OPENING_HOURS
        at = opens * 60 + int(self.draw.random() * (closes - opens) * 60)
        self.talks.append(Talk(day, at, channel, "in" if calls_in else "out", outcome, agent, note))


def _is_over(leg: Leg, day: int) -> bool:
    return leg.until is not None and leg.until <= day
