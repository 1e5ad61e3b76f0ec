"""A block of loans with their borrowers, as lines of the neutral files.

A block is drawn from its own seed, so that blocks can be made in any order, by several processes,
and the book is the same."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import NamedTuple

import msgspec

from app.collection.models import Stage
from app.loan.schedule import Frequency, Method, period_rate, schedule_parts
from app.operation.generator import names
from app.operation.generator.arrears import Leg, legs_of, spells_of
from app.operation.generator.behaviour import payments_of
from app.operation.generator.calendar import DUE_DAYS, Calendar
from app.operation.generator.collector import Pursuit, Talk
from app.operation.generator.person import chinese_name, make_person, mobile_number
from app.operation.generator.product import Drawn, draw_terms
from app.operation.generator.staff import SEATS, Colleague, Team

BLOCK_LOANS = 1_000
HISTORY_DAYS = 1_095
# Cases that nobody has been given yet: the fresh ones mostly.
FRESH_DAYS, NOBODYS_FRESH, NOBODYS = 4, 0.6, 0.05
# Of those at law, what a team's lead keeps in his own hands.
LEADS_LEGAL = 0.3
CHANNELS = ("direct_debit", "direct_debit", "direct_debit", "wallet", "transfer", "counter")

HEADERS = {
    "customers": "customer_key,name,kind,language,phone,email,id_number,address,branch,team",
    "loans": "loan_key,customer_key,product,currency,principal,annual_rate,method,frequency,"
    "instalment_count,disbursed_on,first_due_on,matures_on,closed_on,closed_reason,purpose",
    "instalments": "loan_key,number,due_on,principal,interest",
    "payments": "payment_key,loan_key,paid_on,amount,channel",
    "contacts": "contact_key,customer_key,contacted_at,channel,direction,outcome,agent,note",
    "cases": "customer_key,stage,stage_since,opened_on,assignee,next_action_on",
    "related_parties": "party_key,loan_key,role,name,relation,phone",
    "security": "security_key,loan_key,kind,description,lien_rank,lien_registered_on,insurer,"
    "insured_until",
    "security_valuations": "security_key,valued_on,value,valuer",
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What book to make. Equal wishes give equal bytes."""

    loans: int
    seed: int
    as_of: date
    # Every loan has so many instalments and most are still running: the book of the benchmark.
    instalments: int | None = None


class Behind(NamedTuple):
    """Of one loan: what was not paid in time, and the days on which something was paid."""

    legs: Sequence[Leg]
    paid_on: Sequence[int]


class Block:
    """Call `lines` once; the lines of each table are in the order of the loans."""

    def __init__(self, wanted: Wanted, number: int, calendar: Calendar) -> None:
        self.wanted, self.calendar = wanted, calendar
        self.draw = Random(f"{wanted.seed}/{number}")
        # Of its own, so that loans and payments do not hang on who talks to whom.
        self.talk = Random(f"{wanted.seed}/{number}/talk")
        self.first = number * BLOCK_LOANS
        self.count = min(BLOCK_LOANS, wanted.loans - self.first)
        self.tables: dict[str, list[str]] = {table: [] for table in HEADERS}

    def lines(self) -> dict[str, list[str]]:
        loan, last = self.first, self.first + self.count
        while loan < last:
            # Of a hundred borrowers twelve have two loans and three have three.
            point = self.draw.random()
            loans = min(1 if point < 0.85 else 2 if point < 0.97 else 3, last - loan)
            # A borrower is numbered by his first loan.
            self._borrower(loan, range(loan, loan + loans))
            loan += loans
        return self.tables

    def _borrower(self, number: int, loans: range) -> None:
        draw, key = self.draw, f"K{number:08d}"
        person = make_person(draw, number)
        team = SEATS[int(draw.random() * len(SEATS))]
        self.tables["customers"].append(
            f"{key},{person.name},person,{person.language},{person.phone},{person.email},"
            f"{person.id_number},{person.address},{team.branch},{team.code}\n"
        )
        behind = [found for loan in loans if (found := self._loan(loan, key))]
        if behind:
            self._collect(key, team, behind)
        if draw.random() < 0.3:
            self._relative(loans[0])

    def _loan(self, number: int, customer_key: str) -> Behind | None:
        """What of it was late, now or before."""
        draw, calendar = self.draw, self.calendar
        terms = draw_terms(draw, self.wanted.instalments)
        disbursed = calendar.as_of - int(draw.random() * self._history_days())
        due_day = 1 + int(draw.random() * DUE_DAYS)
        parts = schedule_parts(
            terms.product.method,
            terms.principal_minor,
            terms.instalment_count,
            period_rate(terms.annual_rate, Frequency.monthly),
        )
        days = list(calendar.due_days(disbursed, due_day, terms.instalment_count))
        if terms.product.method is Method.bullet:
            days = days[-1:]
        dues = [principal + interest for principal, interest in parts]
        paid, written_off, was_late = payments_of(draw, days, dues, calendar.as_of)
        paid.sort()
        key = f"L{number:08d}"
        self._write_loan(key, customer_key, terms, (disbursed, days[0], days[-1], written_off))
        self._write_instalments(key, days, parts)
        self._write_payments(key, paid)
        if terms.product.is_secured:
            self._write_security(key, number, terms, disbursed)
        if not was_late:
            return None
        legs = legs_of(days, dues, paid, (calendar.as_of, written_off))
        return Behind(legs, [day for day, _ in paid]) if legs else None

    def _history_days(self) -> int:
        fixed = self.wanted.instalments
        return HISTORY_DAYS if fixed is None else min(HISTORY_DAYS, fixed * 30 + 20)

    def _write_loan(
        self, key: str, customer_key: str, terms: Drawn, days: tuple[int, int, int, int | None]
    ) -> None:
        text, product = self.calendar.text, terms.product
        disbursed, first_due, matures, written_off = days
        rows = 1 if product.method is Method.bullet else terms.instalment_count
        closed = f"{text[written_off]},written_off" if written_off else ","
        self.tables["loans"].append(
            f"{key},{customer_key},{product.code},CNY,{_yuan(terms.principal_minor)},"
            f"{terms.annual_rate},{product.method},monthly,{rows},"
            f"{text[disbursed]},{text[first_due]},{text[matures]},{closed},消费\n"
        )

    def _write_instalments(self, key: str, days: list[int], parts: list[tuple[int, int]]) -> None:
        text = self.calendar.text
        self.tables["instalments"] += [
            f"{key},{number},{text[day]},{principal // 100}.{principal % 100:02d},"
            f"{interest // 100}.{interest % 100:02d}\n"
            for number, (day, (principal, interest)) in enumerate(
                zip(days, parts, strict=True), start=1
            )
        ]

    def _write_payments(self, key: str, paid: list[tuple[int, int]]) -> None:
        text, random, bare = self.calendar.text, self.draw.random, key[1:]
        self.tables["payments"] += [
            f"P{bare}{number:02d},{key},{text[day]},{amount // 100}.{amount % 100:02d},"
            f"{CHANNELS[int(random() * 6)]}\n"
            for number, (day, amount) in enumerate(paid, start=1)
        ]

    def _write_security(self, key: str, number: int, terms: Drawn, disbursed: int) -> None:
        draw, text = self.draw, self.calendar.text
        vehicle = names.VEHICLES[int(draw.random() * len(names.VEHICLES))]
        insured = min(disbursed + 364, max(text))
        self.tables["security"].append(
            f"S{number:08d},{key},vehicle,{vehicle},1,{text[disbursed]},示例财产保险,{text[insured]}\n"
        )
        value = terms.principal_minor * (12 + int(draw.random() * 5)) // 10
        self.tables["security_valuations"].append(
            f"S{number:08d},{text[disbursed]},{_yuan(value)},示例评估事务所\n"
        )

    def _collect(self, key: str, team: Team, behind: Sequence[Behind]) -> None:
        """What was done about each spell of arrears, and how the case stands that is open now."""
        draw, calendar = self.talk, self.calendar
        own = team.collectors[int(draw.random() * len(team.collectors))]
        paid_on = sorted(day for loan in behind for day in loan.paid_on)
        number = 0
        for spell in spells_of(leg for loan in behind for leg in loan.legs):
            pursuit = Pursuit(draw, calendar, spell, paid_on)
            pursuit.run(own, team.collectors)
            for talk in pursuit.talks:
                number += 1
                self._write_talk(f"T{key[1:]}{number:03d},{key}", talk)
            if spell.until is None:
                self._write_case(key, pursuit, team, own)

    def _write_talk(self, keys: str, talk: Talk) -> None:
        day, at, channel, direction, outcome, agent, note = talk
        self.tables["contacts"].append(
            f"{keys},{self.calendar.text[day]} {at // 60:02d}:{at % 60:02d},{channel},{direction},"
            f"{outcome},{agent},{note}\n"
        )

    def _write_case(self, key: str, pursuit: Pursuit, team: Team, own: Colleague) -> None:
        text, as_of, random = self.calendar.text, self.calendar.as_of, self.talk.random
        share = NOBODYS_FRESH if pursuit.days_late(as_of) <= FRESH_DAYS else NOBODYS
        if pursuit.stage is Stage.legal and team.lead and random() < LEADS_LEGAL:
            own = team.lead
        assignee = "" if random() < share else own.email
        self.tables["cases"].append(
            f"{key},{pursuit.stage},{text[pursuit.since]},{text[pursuit.opened_on]},{assignee},"
            f"{text[pursuit.next_action_on]}\n"
        )

    def _relative(self, loan: int) -> None:
        draw = self.draw
        relation = names.RELATIONS[int(draw.random() * len(names.RELATIONS))]
        role = "guarantor" if draw.random() < 0.1 else "contact"
        # Relatives are numbered from the other end, clear of every borrower.
        phone = mobile_number(10**8 - 1 - loan)
        self.tables["related_parties"].append(
            f"R{loan:08d},L{loan:08d},{role},{chinese_name(draw)},{relation},{phone}\n"
        )


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
