from datetime import date
from typing import Any

import msgspec
import pytest

from app import database as db
from app.customer import actions
from app.customer import search as module
from app.customer.errors import TooManyLookUps
from app.customer.models import KeyKind
from app.customer.recent import remember
from app.customer.search import HITS_MAX, last_opened, search
from app.customer.search_key import digests
from app.errors import Forbidden
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.number import (
    NumberMistyped,
    case_number,
    customer_number,
    loan_number,
    payment_number,
)
from app.permission import Role, RowScope
from tests.factories import (
    LoanKey,
    actor_of,
    make_branch,
    make_customer,
    make_loan,
    make_team,
    make_user,
    set_business_date,
)

pytestmark = pytest.mark.usefixtures("database", "redis")

SERVICE = actor_of(Role.service)
PAID, OWED = [(date(2026, 4, 30), 100_000, 0)], [(date(2026, 1, 31), 100_000, 0)]
ID_NUMBER = "33010619900101093X"


@pytest.fixture
async def loan() -> LoanKey:
    await set_business_date(date(2026, 3, 15))
    customer_id = await make_customer(
        "林思远", phone="13812341234", email="siyuan@example.com", id_number=ID_NUMBER
    )
    return await make_loan(OWED, customer_id=customer_id, source_number="PL-24037481")


async def found(text: str, actor: Any = SERVICE) -> list[int]:
    return [hit.customer_id for hit in (await search(actor, text)).hits]


@pytest.mark.parametrize(
    "text",
    [
        "13812341234", "+86 138-1234-1234", "1234", "093x", ID_NUMBER.lower(), "林思远", "林思",
        "linsiyuan", "lin siyuan", "Siyuan Lin", "lsy", "L S Y", "SIYUAN@example.com",
        "林", "lin", "LIN", "linsi", "lin si",
        "PL-24037481", "pl-24037481",
    ],
)  # fmt: skip
async def test_found_by_every_key(loan: LoanKey, text: str) -> None:
    await make_customer("王伟", phone="13900000000")
    assert await found(text) == [loan.customer_id]


async def test_found_by_every_number_we_print(loan: LoanKey) -> None:
    posted = await post_payment(
        actor_of(Role.credit_manager),
        PostPayment(
            customer_id=loan.customer_id, loan_id=loan.loan_id, amount_minor=1, currency="CNY",
            value_on=date(2026, 3, 1),
        ),
        key="one",
    )  # fmt: skip
    payment_id = posted.result.payment_id
    case_id = await db.value("SELECT id FROM collection_case")
    customer = f"/customer/{loan.customer_id}"
    for number, path in [
        (customer_number(loan.customer_id), customer),
        (case_number(case_id), customer),
        (loan_number(loan.loan_id), f"{customer}/loan/{loan.loan_id}"),
        (loan_number(loan.loan_id).lower(), f"{customer}/loan/{loan.loan_id}"),
        ("PL-24037481", f"{customer}/loan/{loan.loan_id}"),
        (
            payment_number(payment_id),
            f"{customer}/loan/{loan.loan_id}?tab=payment#payment-{payment_id}",
        ),
    ]:
        hits = (await search(SERVICE, number)).hits
        assert [hit.path for hit in hits] == [path]


async def test_mistyped_number_is_named_and_finds_nobody(loan: LoanKey) -> None:
    number = loan_number(loan.loan_id)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")

    answer = await search(SERVICE, wrong)

    assert answer.hits == []
    assert isinstance(answer.refusal, NumberMistyped)


async def test_source_number_that_looks_like_a_mistyped_one_is_found(loan: LoanKey) -> None:
    other = await make_loan(PAID, source_number="L00000199")
    answer = await search(SERVICE, "L00000199")
    assert [hit.customer_id for hit in answer.hits] == [other.customer_id]
    assert answer.refusal is None


async def test_who_is_late_longest_comes_first(loan: LoanKey) -> None:
    punctual, nobody = await make_loan(PAID), await make_customer()
    later = await make_loan([(date(2026, 2, 28), 100, 0)])
    assert await found("林思远") == [
        loan.customer_id,
        later.customer_id,
        punctual.customer_id,
        nobody,
    ]


async def test_hit_shows_what_a_caller_is_asked_for(loan: LoanKey) -> None:
    await make_loan([(date(2026, 2, 28), 5_000, 0)], customer_id=loan.customer_id)
    await make_loan([(date(2026, 1, 1), 7, 0)], customer_id=loan.customer_id, currency="USD")

    (hit,) = (await search(SERVICE, "lsy")).hits

    assert (hit.name, hit.phone, hit.id_number) == ("林思远", "138****1234", "*" * 14 + "093X")
    assert [one.currency for one in hit.loans] == ["USD", "CNY", "CNY"]
    assert (hit.currency, hit.overdue_minor, hit.has_other_currency) == ("USD", 7, True)
    assert hit.days_late == 73


async def test_name_is_masked_to_those_who_only_look_at_the_book(loan: LoanKey) -> None:
    (hit,) = (await search(actor_of(Role.risk_officer), "林思远")).hits
    assert hit.name == "林**"


async def test_row_scope_holds_for_every_way_in(loan: LoanKey) -> None:
    branch = await make_branch()
    team = await make_team(branch)
    mine = await make_customer("林思远", phone="13812341234", branch_id=branch, team_id=team)
    collector = actor_of(Role.collector, row_scope=RowScope.team, team_id=team, branch_id=branch)
    for text in ("林思远", "13812341234", "1234", "lsy"):
        assert await found(text, collector) == [mine]
    for text in (
        "PL-24037481",
        loan_number(loan.loan_id),
        customer_number(loan.customer_id),
        ID_NUMBER,
    ):
        assert await found(text, collector) == []


async def test_no_more_than_twenty_are_shown_and_it_says_so() -> None:
    await set_business_date()
    for _ in range(HITS_MAX + 1):
        await make_customer("王伟")
    answer = await search(SERVICE, "王伟")
    assert len(answer.hits) == HITS_MAX == 20
    assert answer.has_more


async def test_exactly_twenty_are_all() -> None:
    await set_business_date()
    for _ in range(HITS_MAX):
        await make_customer("王伟")
    answer = await search(SERVICE, "王伟")
    assert len(answer.hits) == HITS_MAX
    assert not answer.has_more


async def test_search_is_on_the_record_without_its_text(loan: LoanKey) -> None:
    await search(SERVICE, "13812341234")
    (entry,) = await db.rows("SELECT verb, actor, customer_id, body FROM audit_entry")
    assert (entry["verb"], entry["actor"], entry["customer_id"]) == (
        "customer.look_up",
        "user:1:Ada Lovelace",
        None,
    )
    assert msgspec.json.decode(entry["body"]) == {
        "order": {"by": "phone", "shown": [loan.customer_id]},
        "facts": {},
    }


async def test_search_that_finds_nobody_is_on_the_record_too(loan: LoanKey) -> None:
    assert await found("13900009999") == []
    entry = await db.row("SELECT body FROM audit_entry")
    assert entry is not None
    assert msgspec.json.decode(entry["body"])["order"] == {"by": "phone", "shown": []}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("欧", ["欧阳娜娜", "欧文"]),
        ("欧阳", ["欧阳娜娜"]),
        ("ou", ["欧阳娜娜", "欧文", "区志强"]),
        ("ouyang", ["欧阳娜娜"]),
        ("Ouyang Na", ["欧阳娜娜"]),
        ("区", ["区志强"]),
        ("lü", ["吕布"]),
        ("lv", ["吕布"]),
        ("zeng", ["曾国"]),
        ("ceng", ["曾国"]),
        ("linsi", []),
        ("lovelace", ["Ada Lovelace"]),
        ("ada", ["Ada Lovelace"]),
    ],
)
async def test_found_by_a_surname_or_the_beginning_of_a_name(text: str, names: list[str]) -> None:
    await set_business_date()
    everybody = ["欧阳娜娜", "欧文", "区志强", "吕布", "曾国", "Ada Lovelace"]
    ids = {await make_customer(name): name for name in everybody}
    assert [ids[id] for id in await found(text)] == names


async def test_a_frequent_surname_is_ranked_within_its_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_business_date(date(2026, 3, 15))
    monkeypatch.setattr(module, "RANKED_MAX", 3)
    monkeypatch.setattr(module, "WALKED_MAX", 4)
    team = await make_team(await make_branch())
    ids = [await make_customer(f"林{given}", team_id=team) for given in "一二三四五"]
    await make_loan(OWED, customer_id=ids[2])
    await make_loan(OWED, customer_id=ids[4])
    for text in ("林", "lin"):
        answer = await search(SERVICE, text)
        assert [hit.customer_id for hit in answer.hits] == [ids[2], ids[0], ids[1]]
        assert answer.has_more
    collector = await make_user()
    mine = await make_customer("林六", owner_id=collector)
    narrow = actor_of(Role.collector, id=collector, row_scope=RowScope.own)
    assert await found("林六", narrow) == [mine]
    answer = await search(narrow, "林")
    # Those before him are not his, and the walk ended before it came to him; it says so.
    assert ([hit.customer_id for hit in answer.hits], answer.has_more) == ([], True)
    assert await found("lin liu", narrow) == [mine]


async def test_text_too_short_is_not_sought() -> None:
    answer = await search(SERVICE, "l")
    assert (answer.hits, answer.question) == ([], None)
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


async def test_too_many_look_ups_are_refused(
    loan: LoanKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LOOK_UPS_PER_MINUTE_MAX", 2)
    await search(SERVICE, "lsy")
    await search(SERVICE, "lsy")
    with pytest.raises(TooManyLookUps):
        await search(SERVICE, "lsy")
    assert await found("lsy", actor_of(Role.service, id=2)) == [loan.customer_id]
    assert await db.value("SELECT count(*) FROM audit_entry") == 3


async def test_permission_is_needed(loan: LoanKey) -> None:
    with pytest.raises(Forbidden):
        await search(actor_of(Role.administrator), "lsy")
    assert await db.value("SELECT count(*) FROM audit_entry") == 0


async def test_last_opened_within_the_scope_newest_first(loan: LoanKey) -> None:
    other = await make_customer("王伟")
    await remember(SERVICE, loan.customer_id)
    await remember(SERVICE, other)
    assert [one.hit.customer_id for one in await last_opened(SERVICE)] == [
        other,
        loan.customer_id,
    ]
    assert await last_opened(actor_of(Role.service, id=2)) == []
    narrow = actor_of(Role.collector, row_scope=RowScope.own)
    assert await last_opened(narrow) == []


async def test_directory_holds_no_clear_text(loan: LoanKey) -> None:
    stored = await db.rows("SELECT kind, digest FROM customer_key")
    assert (KeyKind.phone, digests([(KeyKind.phone, "13812341234")])[0][1]) in {
        (row["kind"], row["digest"]) for row in stored
    }
    assert all(b"1381234" not in row["digest"] for row in stored)
